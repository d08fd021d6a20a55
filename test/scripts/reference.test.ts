import { expect, test } from 'bun:test';
import { REFERENCE, reference } from '../../scripts/reference.ts';

test('the reference is what the program is; `bun run reference` writes it anew', async () => {
  expect(await Bun.file(REFERENCE).text()).toBe(await reference());
});
