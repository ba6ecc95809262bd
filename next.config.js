/** @type {import('next').NextConfig} */
const config = {
  reactStrictMode: true,
  poweredByHeader: false,
  // The front door compresses nothing either: a proxy in front does, and secrets never share a page with input.
  compress: false,
  agentRules: false,
  // Types are checked for the whole repository at once; the build rewrites its configuration, so it has one of its own.
  typescript: { ignoreBuildErrors: true, tsconfigPath: 'tsconfig.web.json' },
};

export default config;
