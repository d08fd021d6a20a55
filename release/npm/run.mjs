import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import process from 'node:process';

const PACKAGE = 'cc-route-proxy';

/** The package of this machine's executable; npm installs the one that fits and skips the others. */
function packageName() {
  const { platform, arch, report } = process;
  const system = { linux: 'linux', darwin: 'macos', win32: 'windows' }[platform] ?? platform;
  const musl = platform === 'linux' && report.getReport().header.glibcVersionRuntime === undefined;
  return `${PACKAGE}-${system}-${arch}${musl ? '-musl' : ''}`;
}

/** @returns {string | null} */
function executable() {
  const file = process.platform === 'win32' ? 'clauder.exe' : 'clauder';
  try {
    return createRequire(import.meta.url).resolve(`${packageName()}/${file}`);
  } catch {
    return null;
  }
}

/**
 * Becomes the executable. Where Node.js can't replace a process, it is run as a child with the
 * same terminal; signals are forwarded, and its end is ours.
 *
 * @param {readonly string[]} prefix arguments that stand before the user's
 */
export function run(prefix) {
  const file = executable();
  if (file === null) {
    console.error(`clauder: the package ${packageName()} is missing.
npm leaves it out where optional dependencies are switched off, or where node_modules was made on
another system. Install again:  npm install -g ${PACKAGE} --include=optional`);
    process.exitCode = 1;
    return;
  }
  const args = [...prefix, ...process.argv.slice(2)];
  if (process.execve !== undefined && process.platform !== 'win32') {
    process.execve(file, [file, ...args], process.env);
  }
  const child = spawn(file, args, { stdio: 'inherit' });
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  // The terminal sends these to the child itself; it decides.
  for (const signal of ['SIGINT', 'SIGQUIT']) process.on(signal, () => {});
  child.on('error', (error) => {
    console.error(`clauder: ${file} could not be started: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exit(signal === null ? code : 128 + constants.signals[signal]);
  });
}
