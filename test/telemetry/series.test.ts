import { expect, test } from 'bun:test';
import { Counter, Histogram } from '../../src/telemetry/series.ts';

test('a counter has one series for each set of labels, whatever their order', () => {
  const counter = new Counter('things_total', 'Things.', ['color', 'size']);
  expect(counter.samples()).toEqual([]);
  const red = counter.with({ color: 'red', size: 1 });
  red.value += 2;
  counter.with({ size: 1, color: 'red' }).value += 0.5;
  counter.with({ color: 'red', size: 2 });
  // Values that would be alike if they were only joined.
  counter.with({ color: 'a,b', size: 'c' }).value += 1;
  counter.with({ color: 'a', size: 'b,c' }).value += 1;
  expect(counter.samples()).toEqual([
    { labels: { color: 'red', size: 1 }, value: 2.5 },
    { labels: { color: 'red', size: 2 }, value: 0 },
    { labels: { color: 'a,b', size: 'c' }, value: 1 },
    { labels: { color: 'a', size: 'b,c' }, value: 1 },
  ]);
});

test('a histogram tells for each bound how many values are not above it', () => {
  const histogram = new Histogram('time_ms', 'Times.', ['path'], [1, 10, 100]);
  const series = histogram.with({ path: '/' });
  for (const value of [0.5, 1, 1.5, 100, 100.1, 1000]) series.observe(value);
  const labels = { path: '/' };
  expect(histogram.samples()).toEqual([
    { metricName: 'time_ms_bucket', labels: { le: 1, path: '/' }, value: 2 },
    { metricName: 'time_ms_bucket', labels: { le: 10, path: '/' }, value: 3 },
    { metricName: 'time_ms_bucket', labels: { le: 100, path: '/' }, value: 4 },
    { metricName: 'time_ms_bucket', labels: { le: '+Inf', path: '/' }, value: 6 },
    { metricName: 'time_ms_sum', labels, value: 1203.1 },
    { metricName: 'time_ms_count', labels, value: 6 },
  ]);
});
