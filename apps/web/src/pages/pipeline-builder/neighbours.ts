import type { PipelineDocument } from "@granary/protocol";
import { placesOf } from "./graph-view/lay-out.ts";

type Key = "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown";
export const isArrow = (key: string): key is Key => key.startsWith("Arrow");

/** The node an arrow key goes to: left and right along edges, up and down among those that stand nearest. */
export function neighbourOf(document: PipelineDocument, id: string, key: Key): string | undefined {
  const places = placesOf(document);
  const here = places[id];
  if (here === undefined) return undefined;
  const nearest = (ids: readonly string[]): string | undefined =>
    ids.toSorted((one, other) => Math.abs((places[one]?.y ?? 0) - here.y) - Math.abs((places[other]?.y ?? 0) - here.y))[0];
  if (key === "ArrowRight") return nearest(document.edges.filter(({ from }) => from === id).map(({ to }) => to));
  if (key === "ArrowLeft") return nearest(document.edges.filter(({ to }) => to === id).map(({ from }) => from));
  const isBeyond = ({ y }: { readonly y: number }) => (key === "ArrowDown" ? y > here.y : y < here.y);
  const distance = (other: string): number => {
    const place = places[other] ?? here;
    return Math.abs(place.y - here.y) + Math.abs(place.x - here.x) * 2;
  };
  return document.nodes
    .map((node) => node.id)
    .filter((other) => other !== id && isBeyond(places[other] ?? here))
    .toSorted((one, other) => distance(one) - distance(other))[0];
}
