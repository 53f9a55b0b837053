import { type Random, two } from "./random.ts";

/** Check digits computed forward, apart from the program's recognisers, so that a mistake of theirs does not hide in the corpus. */
const sumOf = (digits: string, weights: readonly number[]): number =>
  [...digits].reduce((sum, digit, at) => sum + Number(digit) * (weights[at % weights.length] ?? 0), 0);

function luhnDigit(digits: string): string {
  const sum = [...digits].toReversed().reduce((total, digit, at) => {
    const value = at % 2 === 0 ? Number(digit) * 2 : Number(digit);
    return total + Math.floor(value / 10) + (value % 10);
  }, 0);
  return String((10 - (sum % 10)) % 10);
}

const withLuhn = (digits: string): string => digits + luhnDigit(digits);

/** Makes numbers until one has a check digit, as some have none for one in eleven. */
function until(make: () => string | undefined): string {
  for (;;) {
    const made = make();
    if (made !== undefined) return made;
  }
}

const shortDay = (random: Random): string => `${two(random.between(40, 99))}${two(random.between(1, 12))}${two(random.between(1, 28))}`;
const grouped = (digits: string, sizes: readonly number[], sign: string): string => {
  let at = 0;
  return sizes.map((size) => digits.slice(at, (at += size))).join(sign);
};

function mod97Of(text: string): bigint {
  return BigInt([...text].map((sign) => Number.parseInt(sign, 36)).join("")) % 97n;
}

export const madeNumbers = {
  card: (random: Random, sign = ""): string =>
    grouped(withLuhn(`${random.pick(["4", "51", "55", "2221", "6011"])}${random.digits(20)}`.slice(0, 15)), [4, 4, 4, 4], sign),
  amex: (random: Random): string => grouped(withLuhn(`37${random.digits(12)}`), [4, 6, 5], " "),
  iban: (random: Random, country: string, length: number): string => {
    const account = random.digits(length - 4);
    return `${country}${String(98n - mod97Of(`${account}${country}00`)).padStart(2, "0")}${account}`;
  },
  ssn: (random: Random, sign = "-"): string =>
    `${random.pick(["1", "2", "3", "4", "5"])}${random.between(10, 65)}${sign}${two(random.between(1, 99))}${sign}${random.between(1000, 9999)}`,
  npi: (random: Random): string => {
    const nine = `1${random.digits(8)}`;
    return nine + luhnDigit(`80840${nine}`);
  },
  nhs: (random: Random, sign: string): string =>
    until(() => {
      const nine = random.pattern("4########");
      const check = (11 - (sumOf(nine, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
      return check === 10 ? undefined : grouped(`${nine}${check}`, [3, 3, 4], sign);
    }),
  nino: (random: Random, sign = " "): string =>
    `${random.letters(1, "ABCEHJLMPRST")}${random.letters(1, "ABCEHJLMPRSW")}${sign}${two(random.below(100))}${sign}${two(random.below(100))}${sign}${two(random.below(100))}${sign}${random.letters(1, "ABCD")}`,
  pesel: (random: Random): string => {
    const ten = shortDay(random) + random.digits(4);
    return `${ten}${(10 - (sumOf(ten, [1, 3, 7, 9]) % 10)) % 10}`;
  },
  bsn: (random: Random): string =>
    until(() => {
      const eight = random.pattern("%#######");
      const check = sumOf(eight, [9, 8, 7, 6, 5, 4, 3, 2]) % 11;
      return check === 10 ? undefined : `${eight}${check}`;
    }),
  personnummer: (random: Random): string => {
    const nine = shortDay(random) + random.digits(3);
    return `${nine.slice(0, 6)}-${nine.slice(6)}${luhnDigit(nine)}`;
  },
  hetu: (random: Random): string => {
    const [day, serial] = [
      `${two(random.between(1, 28))}${two(random.between(1, 12))}${two(random.between(40, 99))}`,
      String(random.between(2, 899)).padStart(3, "0"),
    ];
    return `${day}-${serial}${"0123456789ABCDEFHJKLMNPRSTUVWXY"[Number(day + serial) % 31]}`;
  },
  nrn: (random: Random): string => {
    const nine = shortDay(random) + String(random.between(1, 997)).padStart(3, "0");
    const all = nine + String(97 - (Number(nine) % 97)).padStart(2, "0");
    return `${grouped(all.slice(0, 6), [2, 2, 2], ".")}-${all.slice(6, 9)}.${all.slice(9)}`;
  },
  nir: (random: Random): string => {
    const base = `${random.pick(["1", "2"])}${two(random.between(40, 99))}${two(random.between(1, 12))}${two(random.between(1, 89))}${random.pattern("%##")}${random.digits(3)}`;
    return base + String(97n - (BigInt(base) % 97n)).padStart(2, "0");
  },
  nif: (random: Random): string => {
    const digits = random.digits(8);
    return digits + "TRWAGMYFPDXBNJZSQVHLCKE"[Number(digits) % 23];
  },
  cpf: (random: Random, isWritten: boolean): string => {
    const nine = random.digits(9);
    const check = (digits: string, first: number): string => {
      const rest =
        sumOf(
          digits,
          Array.from({ length: digits.length }, (_, at) => first - at),
        ) % 11;
      return String(rest < 2 ? 0 : 11 - rest);
    };
    const ten = nine + check(nine, 10);
    const all = ten + check(ten, 11);
    return isWritten ? `${grouped(all.slice(0, 9), [3, 3, 3], ".")}-${all.slice(9)}` : all;
  },
  sin: (random: Random): string => grouped(withLuhn(random.pattern("5#######")), [3, 3, 3], " "),
  tfn: (random: Random): string =>
    until(() => {
      const eight = random.pattern("%#######");
      const sum = sumOf(eight, [1, 4, 3, 7, 5, 8, 6, 9]);
      const last = Array.from({ length: 10 }, (_, digit) => digit).find((digit) => (sum + digit * 10) % 11 === 0);
      return last === undefined ? undefined : `${eight}${last}`;
    }),
  pan: (random: Random): string => `${random.letters(3)}P${random.letters(1)}${random.digits(4)}${random.letters(1)}`,
  southAfrican: (random: Random): string => withLuhn(`${shortDay(random)}${random.digits(4)}08`),
  rrn: (random: Random): string => `${shortDay(random)}-${random.pick(["1", "2"])}${random.digits(6)}`,
  tckn: (random: Random): string => {
    const nine = random.pattern("%########");
    const tenth = (((sumOf(nine, [1, 0]) * 7 - sumOf(nine, [0, 1])) % 10) + 10) % 10;
    return `${nine}${tenth}${(sumOf(nine, [1]) + tenth) % 10}`;
  },
  nric: (random: Random): string => {
    const seven = random.digits(7);
    return `S${seven}${"JZIHGFEDCBA"[sumOf(seven, [2, 7, 6, 5, 4, 3, 2]) % 11]}`;
  },
  taxId: (random: Random): string =>
    until(() => {
      const [first, ...others] = "123456789".split("").toSorted(() => random.below(3) - 1);
      const ten = [first, first, ...others.slice(0, 7), "0"].join("").slice(0, 10);
      let product = 10;
      for (const digit of ten) {
        const sum = (Number(digit) + product) % 10;
        product = ((sum === 0 ? 10 : sum) * 2) % 11;
      }
      const check = (11 - product) % 10;
      return new Set(ten).size === 9 && ten[0] !== "0" ? `${ten}${check}` : undefined;
    }),
  isbn13: (random: Random): string => {
    const twelve = `978${random.digits(9)}`;
    return `${twelve}${(10 - (sumOf(twelve, [1, 3]) % 10)) % 10}`;
  },
  ean: (random: Random): string => {
    const twelve = random.pattern("40##########");
    return `${twelve}${(10 - (sumOf(twelve, [1, 3]) % 10)) % 10}`;
  },
  isbn10: (random: Random): string =>
    until(() => {
      const nine = random.pattern("3########");
      const check = (11 - (sumOf(nine, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
      return check === 10 ? undefined : `${nine}${check}`;
    }),
  imei: (random: Random): string => withLuhn(`35${random.digits(12)}`),
} as const;
