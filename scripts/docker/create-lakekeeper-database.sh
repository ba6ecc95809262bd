#!/bin/sh
# Runs once, when PostgreSQL makes its data folder: a database and a role for the catalog.
set -eu
psql --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" \
  --set=password="$LAKEKEEPER_POSTGRES_PASSWORD" <<'SQL'
CREATE ROLE lakekeeper LOGIN PASSWORD :'password';
CREATE DATABASE lakekeeper OWNER lakekeeper;
SQL
