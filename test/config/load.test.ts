import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { loadFrom, makeHome } from './support.ts';

const home = makeHome();

describe('a complete file', () => {
  test('becomes routes and settings, in the order of the file', async () => {
    const config = await loadFrom(
      home,
      `{
        // a comment
        "$schema": "./schema.json",
        "modelRoutes": {
          "MiniMax-M2.5": { "alias": "mm25", "baseURL": "https://api.minimaxi.com/anthropic/", "authToken": "sk-a" },
          "deepseek-v4-flash": { "alias": ["d4f", "flash"], "preset": "deepseek", "authToken": "\${DEEPSEEK_API_KEY}" },
          "gpt-4o": { "alias": "gpt4", "preset": "openrouter", "authToken": { "command": "pass show or" }, "model": "openai/gpt-4o",
                      "contextWindow": 128000, "maxOutputTokens": 16384, "vision": true,
                      "pricing": { "input": 2.5, "output": 10, "cacheRead": 1.25 },
                      "fallback": ["D4F", "mm25", "flash"], "compat": { "streamUsage": false } },
          "my-model": { "alias": "custom", "baseURL": "http://127.0.0.1:8000/v1", "wire": "openai-chat", "headers": { "X-Team": "a" } },
        },
        "server": { "port": 4567, "host": "127.0.0.1", "authToken": "auto", "allowedOrigins": ["http://localhost:5173/"] },
        "retry": { "maxAttempts": 5 },
        "timeouts": { "connectMs": 1000, },
      }`,
      { DEEPSEEK_API_KEY: 'sk-d\n' },
    );
    const [minimax, deepseek, gpt, local] = config.routes;
    expect(config.routes.map(({ name }) => name)).toEqual([
      'MiniMax-M2.5',
      'deepseek-v4-flash',
      'gpt-4o',
      'my-model',
    ]);
    expect(minimax).toMatchObject({
      aliases: ['mm25'],
      baseURL: 'https://api.minimaxi.com/anthropic',
      credential: { kind: 'secret', origin: 'the configuration file' },
    });
    expect(deepseek).toMatchObject({
      aliases: ['d4f', 'flash'],
      preset: 'deepseek',
      credential: { kind: 'secret', origin: 'DEEPSEEK_API_KEY' },
    });
    const key = deepseek?.credential;
    expect(key?.kind === 'secret' && key.secret.reveal()).toBe('sk-d');
    expect(gpt).toMatchObject({
      model: 'openai/gpt-4o',
      credential: { kind: 'command', command: 'pass show or' },
      facts: {
        contextWindow: 128_000,
        maxOutputTokens: 16_384,
        vision: true,
        pricing: { input: 2.5, output: 10, cacheRead: 1.25 },
      },
      fallback: ['deepseek-v4-flash', 'MiniMax-M2.5'],
      compat: { streamUsage: false },
    });
    expect(local?.headers['X-Team']).toBe('a');
    expect(local).not.toHaveProperty('credential');
    expect(local).not.toHaveProperty('fallback');
    expect(config.server).toEqual({
      port: 4567,
      host: '127.0.0.1',
      authToken: 'auto',
      allowedOrigins: ['http://localhost:5173'],
      allowedHosts: [],
    });
    expect(config.retry).toEqual({ maxAttempts: 5, baseDelayMs: 500, maxDelayMs: 8000 });
    expect(config.timeouts.connectMs).toBe(1000);
    expect(config.warnings).toEqual([]);
    expect(config.file).toBe(join(home, '.claude', 'settings.cc-route.json'));
  });
});
