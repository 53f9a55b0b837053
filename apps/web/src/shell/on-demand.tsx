import { type ButtonHTMLAttributes, type ReactNode, Suspense, useEffect, useRef, useState } from "react";

type ButtonProps = Pick<ButtonHTMLAttributes<HTMLButtonElement>, "onClick" | "onFocus" | "onPointerEnter" | "aria-expanded" | "aria-haspopup">;

interface OnDemandProps {
  /** Begins loading when the pointer or the focus arrives, so that the click finds it ready. */
  readonly preload: () => unknown;
  readonly kind: "menu" | "dialog";
  readonly button: (props: ButtonProps) => ReactNode;
  readonly children: ReactNode;
}

/** A button whose menu is loaded when it is first wanted: the first page stays small. */
export function OnDemand({ preload, kind, button, children }: OnDemandProps) {
  const [wanted, setWanted] = useState(false);
  const load = () => void preload();
  const closed = button({ onClick: () => setWanted(true), onFocus: load, onPointerEnter: load, "aria-expanded": false, "aria-haspopup": kind });
  return wanted ? <Suspense fallback={closed}>{children}</Suspense> : closed;
}

/** Opens what was loaded on demand. Its own button takes the focus first, so that closing gives it back. */
export function useOpenOnArrival() {
  const [opened, setOpened] = useState(false);
  const target = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    target.current?.focus();
    const frame = requestAnimationFrame(() => setOpened(true));
    return () => cancelAnimationFrame(frame);
  }, []);
  return { opened, setOpened, target } as const;
}
