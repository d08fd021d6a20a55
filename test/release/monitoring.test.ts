import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'bun:test';
import { createRegistry } from '../../src/telemetry/exposition.ts';
import { createInstruments } from '../../src/telemetry/instruments.ts';
import { run } from '../support/run.ts';
import { createSandbox } from '../support/sandbox.ts';
import { seasonedMetrics } from '../support/seasoned-metrics.ts';

const root = join(import.meta.dir, '../..');
const release = join(root, 'release');
const read = (path: string) => readFileSync(join(release, path), 'utf8');
const promtool = (...args: string[]) =>
  run(['promtool', ...args], { cwd: root, env: { PATH: process.env['PATH'] ?? '' } });

/** Every metric and its labels; histograms also by the names of their series. */
const KNOWN = await knownMetrics();

async function knownMetrics(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const registry = createRegistry(Object.values(createInstruments()), {
    activeRequests: () => 0,
    sessions: () => 0,
    configBroken: () => false,
    usageRows: () => ({ waiting: 0, lost: 0 }),
    circuits: () => [],
  });
  const known = new Map<string, ReadonlySet<string>>([['up', new Set(['job', 'instance'])]]);
  for (const metric of registry.getMetricsAsArray() as unknown as {
    name: string;
    labelNames: string[];
  }[]) {
    const labels = [...metric.labelNames, 'instance', 'job'];
    known.set(metric.name, new Set(labels));
    known.set(`${metric.name}_bucket`, new Set([...labels, 'le']));
    known.set(`${metric.name}_sum`, new Set(labels));
    known.set(`${metric.name}_count`, new Set(labels));
  }
  return known;
}

/** The metrics of an expression, each with the labels that its own braces name. */
function metricsIn(expression: string): { name: string; labels: string[] }[] {
  const bare = expression.replaceAll(/"(?:[^"\\]|\\.)*"/gu, '""');
  return [
    ...bare.matchAll(/\b(up|(?:http|proxy|process|nodejs)_[a-z0-9_]+)(?:\{([^}]*)\})?/gu),
  ].map(([, name = '', labels = '']) => ({
    name,
    labels: [...labels.matchAll(/(\w+)\s*(?:=|!)/gu)].map((match) => match[1] ?? ''),
  }));
}

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly targets?: readonly { readonly expr: string }[];
}

interface Dashboard {
  readonly uid: string;
  readonly panels: readonly Panel[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly definition?: string }[];
  };
}

const dashboard = JSON.parse(read('grafana/dashboards/cc-route.json')) as Dashboard;
const dashboardExpressions = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => [title, expr] as const),
);
const alertExpressions = [
  ...read('prometheus/alerts.yml').matchAll(
    /alert: (\w+)\n\s+expr: (?:\|\n((?: {10}.*\n)+)|(.*)\n)/gu,
  ),
].map(([, name = '', block, line]) => [name, block ?? line ?? ''] as const);

describe('the dashboard and the alerts', () => {
  test('use metrics and labels that exist', () => {
    expect(alertExpressions).toHaveLength(12);
    expect(dashboardExpressions.length).toBeGreaterThan(30);
    const variables = dashboard.templating.list.map(
      ({ name, definition = '' }) => [name, definition] as const,
    );
    for (const [where, expression] of [
      ...dashboardExpressions,
      ...alertExpressions,
      ...variables,
    ]) {
      for (const { name, labels } of metricsIn(expression)) {
        expect([where, name, KNOWN.has(name)]).toEqual([where, name, true]);
        const unknown = labels.filter((label) => KNOWN.get(name)?.has(label) !== true);
        expect([where, name, unknown]).toEqual([where, name, []]);
      }
    }
  });

  test('show every metric of the gateway', () => {
    const shown = new Set(
      [...dashboardExpressions, ...alertExpressions].flatMap(([, expression]) =>
        metricsIn(expression).map(({ name }) => name.replace(/_(?:bucket|sum|count)$/u, '')),
      ),
    );
    const own = [...KNOWN.keys()].filter(
      (name) => /^(?:http|proxy)_/u.test(name) && !/_(?:bucket|sum|count)$/u.test(name),
    );
    expect(own.filter((name) => !shown.has(name))).toEqual([]);
  });

  test('no panel lies on another', () => {
    const taken = new Set<string>();
    for (const panel of dashboard.panels as unknown as {
      gridPos: { x: number; y: number; w: number; h: number };
    }[]) {
      const { x, y, w, h } = panel.gridPos;
      expect(x + w).toBeLessThanOrEqual(24);
      for (let column = x; column < x + w; column++) {
        for (let line = y; line < y + h; line++) {
          expect(taken.has(`${column},${line}`)).toBe(false);
          taken.add(`${column},${line}`);
        }
      }
    }
  });
});

describe.if(Bun.which('promtool') !== null)('promtool', () => {
  test('check metrics: nothing but the unit in a name that is fixed', async () => {
    const child = Bun.spawn(['promtool', 'check', 'metrics'], {
      stdin: new Blob([await seasonedMetrics()]),
      stdout: 'pipe',
      stderr: 'pipe',
    });
    const said = await new Response(child.stderr).text();
    await child.exited;
    expect(said.trim()).toBe(
      'http_request_duration_ms metric names should not contain abbreviated units',
    );
    // 1 would be text that Prometheus can't read; 3 is a remark on a name.
    expect(child.exitCode).toBe(3);
  });

  test('check rules, check config, test rules', async () => {
    const rules = await promtool(
      'check',
      'rules',
      '--lint=all',
      '--lint-fatal',
      'release/prometheus/alerts.yml',
    );
    expect([rules.code, rules.stderr]).toEqual([0, '']);
    expect(rules.stdout).toContain('12 rules found');
    const config = 'release/prometheus/prometheus.yml';
    expect(await promtool('check', 'config', '--syntax-only', config)).toMatchObject({ code: 0 });
    const unit = await promtool('test', 'rules', 'test/release/alerts.test.yml');
    expect([unit.code, unit.stdout]).toEqual([0, expect.stringContaining('SUCCESS')]);
  });

  test("understands the dashboard's expressions", async () => {
    using sandbox = createSandbox();
    mkdirSync(sandbox.project, { recursive: true });
    const rules = dashboardExpressions.map(([, expression], index) => ({
      record: `dashboard:expression:${index}`,
      expr: expression.replaceAll('$__rate_interval', '5m').replaceAll(/\$\w+/gu, '.*'),
    }));
    const file = join(sandbox.project, 'rules.json');
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
    const checked = await promtool('check', 'rules', file);
    expect([checked.code, checked.stdout + checked.stderr]).toEqual([
      0,
      expect.stringContaining(`${rules.length} rules found`),
    ]);
  });
});
