/** The values of a metric's labels. */
type Labels<Label extends string> = Readonly<Record<Label, string | number>>;

/** One line of Prometheus's text format, but for its form. */
interface Sample {
  /** Absent: the family's. */
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/** A metric with all its series, as it is told when somebody asks. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'histogram';
  readonly labelNames: readonly string[];
  samples(): Sample[];
}

/** Series by their labels. Whoever counts often keeps the series, since finding it costs more than counting. */
class SeriesMap<Label extends string, Series> {
  readonly #labelNames: readonly Label[];
  readonly #make: () => Series;
  readonly #series = new Map<string, readonly [Labels<Label>, Series]>();

  constructor(labelNames: readonly Label[], make: () => Series) {
    this.#labelNames = labelNames;
    this.#make = make;
  }

  get(labels: Labels<Label>): Series {
    const key = JSON.stringify(this.#labelNames.map((name) => labels[name]));
    let entry = this.#series.get(key);
    if (entry === undefined) {
      entry = [labels, this.#make()];
      this.#series.set(key, entry);
    }
    return entry[1];
  }

  entries(): Iterable<readonly [Labels<Label>, Series]> {
    return this.#series.values();
  }
}

/** A number that only grows. */
export interface Count {
  value: number;
}

export class Counter<Label extends string> implements Family {
  readonly type = 'counter';
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly Label[];
  readonly #series: SeriesMap<Label, Count>;

  constructor(name: string, help: string, labelNames: readonly Label[]) {
    this.name = name;
    this.help = help;
    this.labelNames = labelNames;
    this.#series = new SeriesMap(labelNames, () => ({ value: 0 }));
  }

  /** The series with these labels; there from now on, with 0. */
  with(labels: Labels<Label>): Count {
    return this.#series.get(labels);
  }

  samples(): Sample[] {
    return Array.from(this.#series.entries(), ([labels, { value }]) => ({ labels, value }));
  }
}

/** How often which values came. */
export class Distribution {
  readonly bounds: readonly number[];
  /** For each bound the values up to it, above the one before. */
  readonly counts: number[];
  sum = 0;
  count = 0;

  /** @param bounds in ascending order */
  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = bounds.map(() => 0);
  }

  observe(value: number): void {
    this.sum += value;
    this.count += 1;
    const index = this.bounds.findIndex((bound) => value <= bound);
    if (index !== -1) this.counts[index] = (this.counts[index] ?? 0) + 1;
  }
}

export class Histogram<Label extends string> implements Family {
  readonly type = 'histogram';
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly Label[];
  readonly #series: SeriesMap<Label, Distribution>;

  constructor(name: string, help: string, labelNames: readonly Label[], bounds: readonly number[]) {
    this.name = name;
    this.help = help;
    this.labelNames = labelNames;
    this.#series = new SeriesMap(labelNames, () => new Distribution(bounds));
  }

  /** The series with these labels; there from now on. */
  with(labels: Labels<Label>): Distribution {
    return this.#series.get(labels);
  }

  samples(): Sample[] {
    const samples: Sample[] = [];
    for (const [labels, { bounds, counts, sum, count }] of this.#series.entries()) {
      let upTo = 0;
      for (const [index, le] of bounds.entries()) {
        upTo += counts[index] ?? 0;
        samples.push(this.#bucket(labels, le, upTo));
      }
      samples.push(
        this.#bucket(labels, '+Inf', count),
        { metricName: `${this.name}_sum`, labels, value: sum },
        { metricName: `${this.name}_count`, labels, value: count },
      );
    }
    return samples;
  }

  #bucket(labels: Labels<Label>, le: number | string, value: number): Sample {
    return { metricName: `${this.name}_bucket`, labels: { le, ...labels }, value };
  }
}
