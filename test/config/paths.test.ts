import { describe, expect, test } from 'bun:test';
import { chmodSync, chownSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import {
  configPath,
  displayPath,
  ensureStateDir,
  homeDirectory,
  stateDir,
} from '../../src/config/paths.ts';
import { makeHome } from './support.ts';

const home = makeHome();
const linux = (env: Record<string, string>) => ({ env, platform: 'linux' }) as const;
const windows = (env: Record<string, string>) => ({ env, platform: 'win32' }) as const;

describe('homeDirectory', () => {
  test('is HOME, or what the user database says', () => {
    expect(homeDirectory(linux({ HOME: '/home/a' }))).toBe('/home/a');
    for (const HOME of ['', '.', 'home/a']) {
      expect(homeDirectory(linux({ HOME }))).toBe(userInfo().homedir);
    }
    expect(homeDirectory(linux({}))).toBe(userInfo().homedir);
    expect(homeDirectory(windows({ USERPROFILE: 'C:\\Users\\a', HOME: '/x' }))).toBe(
      'C:\\Users\\a',
    );
  });
});

describe('configPath', () => {
  test('is the flag, the variable, the default', () => {
    const env = { HOME: '/home/a', CC_ROUTE_CONFIG: '/etc/cc.json' };
    expect(configPath('/f.json', linux(env))).toEqual({ path: '/f.json', origin: 'flag' });
    expect(configPath(undefined, linux(env))).toEqual({
      path: '/etc/cc.json',
      origin: 'environment',
    });
    expect(configPath(undefined, linux({ ...env, CC_ROUTE_CONFIG: '' }))).toEqual({
      path: '/home/a/.claude/settings.cc-route.json',
      origin: 'default',
    });
  });

  test('is absolute, with ~/ understood', () => {
    expect(configPath('x.json', linux({})).path).toBe(join(process.cwd(), 'x.json'));
    expect(configPath('~/x.json', linux({ HOME: '/home/a' })).path).toBe('/home/a/x.json');
    expect(configPath('~b/x.json', linux({ HOME: '/home/a' })).path).toBe(
      join(process.cwd(), '~b/x.json'),
    );
  });
});

describe('stateDir', () => {
  test.each([
    [linux({ HOME: '/h', XDG_STATE_HOME: '/x', CC_ROUTE_STATE_DIR: '/s' }), '/s'],
    [linux({ HOME: '/h', XDG_STATE_HOME: '/x', CC_ROUTE_STATE_DIR: '~/s' }), '/h/s'],
    [linux({ HOME: '/h', XDG_STATE_HOME: '/x' }), '/x/cc-route'],
    [linux({ HOME: '/h', XDG_STATE_HOME: 'relative' }), '/h/.local/state/cc-route'],
    [linux({ HOME: '/h', XDG_STATE_HOME: '' }), '/h/.local/state/cc-route'],
    [windows({ LOCALAPPDATA: 'C:\\L' }), 'C:\\L\\cc-route'],
    [windows({ USERPROFILE: 'C:\\U' }), 'C:\\U\\AppData\\Local\\cc-route'],
  ])('%j', (context, expected) => {
    expect(stateDir(context)).toBe(expected);
  });
});

test('displayPath shortens the home folder and nothing else', () => {
  const context = linux({ HOME: '/home/a/' });
  expect(displayPath('/home/a/x.json', context)).toBe('~/x.json');
  expect(displayPath('/home/a', context)).toBe('~');
  expect(displayPath('/home/ab/x.json', context)).toBe('/home/ab/x.json');
  expect(displayPath('/etc/x.json', context)).toBe('/etc/x.json');
});

describe('ensureStateDir', () => {
  const mode = (path: string) => statSync(path).mode & 0o777;

  test('makes it for this user alone, also above a missing folder', () => {
    const dir = join(home, 'a/b/cc-route');
    expect(ensureStateDir(dir)).toBe(dir);
    expect(mode(dir)).toBe(0o700);
    expect(ensureStateDir(dir)).toBe(dir);
  });

  test('takes away what others may do in it', () => {
    const dir = join(home, 'wide');
    mkdirSync(dir);
    chmodSync(dir, 0o755);
    ensureStateDir(dir);
    expect(mode(dir)).toBe(0o700);
  });

  test('leaves the mode of the home folder alone', () => {
    chmodSync(home, 0o755);
    expect(() => ensureStateDir(home, linux({ HOME: home }))).toThrow('home folder');
    expect(mode(home)).toBe(0o755);
  });

  test('refuses a file', () => {
    const file = join(home, 'file');
    writeFileSync(file, '');
    expect(() => ensureStateDir(file)).toThrow();
  });

  const isRoot = process.getuid?.() === 0;

  test.if(process.getuid !== undefined)("refuses another user's folder", () => {
    const dir = join(home, 'foreign');
    mkdirSync(dir);
    if (isRoot) chownSync(dir, 65_534, 65_534);
    expect(() => ensureStateDir(isRoot ? dir : '/')).toThrow('belongs to another user');
  });
});
