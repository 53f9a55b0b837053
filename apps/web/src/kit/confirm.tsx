import { createContext, lazy, type ReactNode, Suspense, use, useCallback, useState } from "react";

export interface Confirmation {
  readonly title: string;
  /** What happens, and whether it can be undone. */
  readonly text: ReactNode;
  /** Each thing that is touched, by name. */
  readonly touches?: readonly string[];
  /** The verb on the button. */
  readonly action: string;
  readonly danger?: boolean;
  /** A word to type first, for what cannot be undone. */
  readonly typed?: string;
  readonly run: () => Promise<unknown>;
}

const ConfirmContext = createContext<(confirmation: Confirmation) => void>(() => undefined);

/** Opens the one dialog that stands before every destructive act. */
export const useConfirm = () => use(ConfirmContext);

const ConfirmDialog = lazy(() => import("./confirm-dialog.tsx"));

export function ConfirmProvider({ children }: { readonly children: ReactNode }) {
  const [asked, setAsked] = useState<Confirmation>();
  const [opened, setOpened] = useState(false);
  const ask = useCallback((confirmation: Confirmation) => {
    setAsked(confirmation);
    setOpened(true);
  }, []);
  return (
    <ConfirmContext value={ask}>
      {children}
      <Suspense>{asked !== undefined && <ConfirmDialog asked={asked} opened={opened} onClose={() => setOpened(false)} />}</Suspense>
    </ConfirmContext>
  );
}
