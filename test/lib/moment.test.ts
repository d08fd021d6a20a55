import { expect, test } from 'bun:test';
import { parseMoment, startOfDay } from '../../src/lib/moment.ts';

const NOW = new Date(2026, 2, 10, 15, 30).getTime();

test('parseMoment reads what people write', () => {
  const cases: [text: string, moment: number | null][] = [
    ['30m', NOW - 30 * 60_000],
    ['24h', NOW - 24 * 3_600_000],
    ['7d', NOW - 7 * 86_400_000],
    [' 2W ', NOW - 14 * 86_400_000],
    ['today', new Date(2026, 2, 10).getTime()],
    ['2026-01-31', new Date(2026, 0, 31).getTime()],
    ['2026-01-31T12:00:00Z', Date.UTC(2026, 0, 31, 12)],
    ['2026-01-31T12:00:00', new Date(2026, 0, 31, 12).getTime()],
    ['1767225600000', 1_767_225_600_000],
    ['', null],
    ['yesterday', null],
    ['7', null],
    ['-7d', null],
    ['2026-13-31', null],
    ['31.1.2026', null],
    ['2026-01-31Tnoon', null],
  ];
  for (const [text, moment] of cases)
    expect([text, parseMoment(text, NOW)]).toEqual([text, moment]);
});

test("a day begins at midnight of this machine's clock", () => {
  expect(startOfDay(NOW)).toBe(new Date(2026, 2, 10).getTime());
});
