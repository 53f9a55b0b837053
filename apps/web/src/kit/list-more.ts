interface InfiniteResult {
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  readonly fetchNextPage: () => Promise<unknown>;
}

/** What a DataList needs to know about following pages. */
export function moreOf(query: InfiniteResult): { readonly has: boolean; readonly loading: boolean; readonly load: () => void } {
  return { has: query.hasNextPage, loading: query.isFetchingNextPage, load: () => void query.fetchNextPage() };
}
