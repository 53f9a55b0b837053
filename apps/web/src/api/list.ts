/** What a list query needs beside its own page function: where the first page starts and how the next is found. */
export const keyset = {
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page: { readonly next: string | null }) => page.next ?? undefined,
} as const;

/** All items of the pages read so far. */
export function itemsOf<T>(data: { readonly pages: readonly { readonly items: readonly T[] }[] } | undefined): readonly T[] {
  return data?.pages.flatMap((page) => page.items) ?? [];
}

/** The rows of a DataList: undefined until the first page is there. */
export function rowsOf<T>(data: { readonly pages: readonly { readonly items: readonly T[] }[] } | undefined): readonly T[] | undefined {
  return data === undefined ? undefined : itemsOf(data);
}

/** A request's query without what is not set, so that an empty filter is not sent. */
export function compact<T extends object>(query: T): { [K in keyof T]: Exclude<T[K], undefined | ""> } {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined && value !== "")) as {
    [K in keyof T]: Exclude<T[K], undefined | "">;
  };
}
