import { closeSync, fstatSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'bun:test';
import { boundedOutput } from '../../src/telemetry/log-file.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';

let sandbox: Sandbox;
let path: string;
let fd: number;
beforeEach(() => {
  sandbox = createSandbox();
  path = join(sandbox.root, 'gateway.log');
  fd = openSync(path, 'a', 0o600);
});
afterEach(() => {
  closeSync(fd);
  sandbox[Symbol.dispose]();
});

const output = (descriptor = fd) => ({
  fd: descriptor,
  write: (text: string) => {
    writeSync(descriptor, text);
  },
});
const line = (index: number) => `line ${String(index).padStart(5, '0')}\n`;

test('a log stays small, and nothing is lost but what is old', () => {
  const write = boundedOutput(output(), path, 1_000);
  for (let index = 0; index < 1_000; index++) {
    write(line(index));
    expect(fstatSync(fd).size).toBeLessThanOrEqual(1_011);
  }
  const kept = (readFileSync(`${path}.1`, 'utf8') + readFileSync(path, 'utf8')).split('\n');
  expect(kept.length).toBeGreaterThan(90);
  expect(kept.at(-2)).toBe('line 00999');
  const first = Number(kept[0]?.slice(5));
  expect(kept.slice(0, -1)).toEqual(
    Array.from({ length: 1_000 - first }, (_, index) => line(first + index).trimEnd()),
  );
  expect(statSync(`${path}.1`).mode & 0o777).toBe(0o600);
});

test('two gateways share a log', () => {
  const other = openSync(path, 'a');
  const writers = [boundedOutput(output(), path, 1_000), boundedOutput(output(other), path, 1_000)];
  for (let index = 0; index < 600; index++) {
    writers[index % 2]?.(line(index));
    expect(statSync(path).size).toBeLessThanOrEqual(1_100);
  }
  expect(readFileSync(path, 'utf8')).toMatch(/^(?:line \d{5}\n)*$/u);
  closeSync(other);
});

test('what is no log file of ours is left alone', () => {
  const write = boundedOutput(output(), join(sandbox.root, 'another.log'), 100);
  for (let index = 0; index < 100; index++) write(line(index));
  expect(fstatSync(fd).size).toBe(1_100);
});
