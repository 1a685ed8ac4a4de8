# The controller's image: the bundle, and Node to run it. Build it with: docker build --tag REGISTRY/fairlead:0.1.0 .
#
# The tag follows the fixes of Node 24 and Debian. Where a build has to be repeatable to the byte, pin both lines: node:24-slim@sha256:DIGEST.
# The bundle is the same on every platform, so it is made on the builder's own and copied.
FROM --platform=$BUILDPLATFORM node:24-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build

FROM node:24-slim
WORKDIR /app
# One arena of memory for all threads, and what is free is given back: 9 MiB less resident with 50 Services.
ENV NODE_ENV=production MALLOC_ARENA_MAX=1 MALLOC_TRIM_THRESHOLD_=131072
COPY --from=build /src/package.json /src/LICENSE ./
COPY --from=build /src/dist ./dist
# The base image's user `node`, by number: Kubernetes cannot tell whether a name is root.
USER 1000:1000
EXPOSE 9440 9441
ENTRYPOINT ["node", "/app/dist/main.mjs"]
