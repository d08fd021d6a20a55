/** One who waits for shared work. */
interface Passenger {
  readonly isFirst: () => boolean;
}

interface Flight<Value> {
  readonly value: Promise<Value>;
  readonly controller: AbortController;
  readonly passengers: Set<Passenger>;
}

export interface Shared<Value> {
  readonly value: Value;
  /** Exactly one of those who got the value is told so, for what has to be done once. */
  readonly isFirst: boolean;
}

/**
 * Does the same work once for all who ask for it at the same time. It is given up when the last of
 * them has left, not when the first one does.
 */
export class SingleFlight<Value> {
  readonly #flights = new Map<string, Flight<Value>>();

  /** Works under way. */
  get size(): number {
    return this.#flights.size;
  }

  has(key: string): boolean {
    return this.#flights.has(key);
  }

  /**
   * @param signal says that this one has left
   * @param work gets a signal that says that all have
   * @throws what the work throws, or the signal's reason
   */
  async join(
    key: string,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<Value>,
  ): Promise<Shared<Value>> {
    signal.throwIfAborted();
    const flight = this.#flights.get(key) ?? this.#start(key, work);
    const passenger: Passenger = {
      isFirst: () => flight.passengers.values().next().value === passenger,
    };
    flight.passengers.add(passenger);
    const left = Promise.withResolvers<never>();
    const leave = (): void => {
      flight.passengers.delete(passenger);
      if (flight.passengers.size === 0) {
        this.#land(key, flight);
        flight.controller.abort(signal.reason);
      }
      left.reject(signal.reason);
    };
    signal.addEventListener('abort', leave, { once: true });
    try {
      const value = await Promise.race([flight.value, left.promise]);
      return { value, isFirst: passenger.isFirst() };
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  #start(key: string, work: (signal: AbortSignal) => Promise<Value>): Flight<Value> {
    const controller = new AbortController();
    const value = work(controller.signal);
    const flight: Flight<Value> = { value, controller, passengers: new Set() };
    this.#flights.set(key, flight);
    const land = (): void => this.#land(key, flight);
    value.then(land, land);
    return flight;
  }

  /** Whoever comes now starts anew. */
  #land(key: string, flight: Flight<Value>): void {
    if (this.#flights.get(key) === flight) this.#flights.delete(key);
  }
}
