# The customary verbs. Each is a script of package.json or a short command, so that nothing but Node is needed.
.DEFAULT_GOAL := help
.PHONY: help build test test-integration lint format start generate-api generate-docs bench env image up down clean

help: ## List the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## Bundle both processes, the command line tool and the console
	npm run build

test: ## Every suite; sets up what it needs
	npm test

test-integration: ## The suites on real PostgreSQL and S3 servers
	npm test -- --project pg --project s3

lint: ## Format, lint, import boundaries, types, unused code, unit tests
	npm run check

format: ## Format and mend what can be mended
	npx biome check --write .

start: ## The product with its demo on this machine
	npm start

generate-api: ## The OpenAPI document, the typed client and the generated pages
	npm run generate-api

generate-docs: ## The pages of settings, errors and commands
	npm run generate-docs

bench: ## Measure copy, capture and commit
	npm run bench

env: ## Secrets for docker-compose.yml
	node scripts/docker/make-env.mjs

image: ## The container image
	docker build --tag philotes:local .

up: ## Everything in containers
	docker compose up --build --wait

down: ## Stop the containers; volumes stay
	docker compose down

clean: ## What was built
	rm -rf dist .next
