# The server. Build: docker build --tag openhands-api .
# docs/deployment.md says how to run it.

FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# No package that the server needs has anything to build.
RUN npm ci --omit=dev --ignore-scripts

FROM node:24-slim
# git, bash and python3 are what agents' actions are carried out with. tini reaps what commands leave behind, which a
# process with the number 1 has to do and node does not.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends bash ca-certificates git python3 tini \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY . .
RUN ln -s /app/bin/openhands-api.js /usr/local/bin/openhands-api \
 && install --directory --owner=node --group=node --mode=0700 /data
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/data
USER node
RUN openhands-api --help
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/ready`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["tini", "--", "openhands-api"]
CMD ["serve"]
