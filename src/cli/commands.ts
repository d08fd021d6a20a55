import type { SubCommandsDef } from 'citty';

/** Every management command. Each is loaded when it runs, or when help lists it. */
export const COMMANDS = {
  proxy: () => import('./commands/proxy.ts').then((module) => module.default),
  launch: () => import('./commands/launch.ts').then((module) => module.default),
  start: () => import('./commands/start.ts').then((module) => module.default),
  stop: () => import('./commands/stop.ts').then((module) => module.default),
  reload: () => import('./commands/reload.ts').then((module) => module.default),
  status: () => import('./commands/status.ts').then((module) => module.default),
  models: () => import('./commands/models.ts').then((module) => module.default),
  explain: () => import('./commands/explain.ts').then((module) => module.default),
  init: () => import('./commands/init.ts').then((module) => module.default),
  import: () => import('./commands/import.ts').then((module) => module.default),
  trace: () => import('./commands/trace.ts').then((module) => module.default),
  replay: () => import('./commands/replay.ts').then((module) => module.default),
  doctor: () => import('./commands/doctor.ts').then((module) => module.default),
  statusline: () => import('./commands/statusline.ts').then((module) => module.default),
  completions: () => import('./commands/completions.ts').then((module) => module.default),
  plugin: () => import('./commands/plugin.ts').then((module) => module.default),
  mmodel: () => import('./commands/mmodel.ts').then((module) => module.default),
  logs: () => import('./commands/logs.ts').then((module) => module.default),
  usage: () => import('./commands/usage.ts').then((module) => module.default),
  config: () => import('./commands/config.ts').then((module) => module.default),
  upgrade: () => import('./commands/upgrade.ts').then((module) => module.default),
} satisfies SubCommandsDef;
