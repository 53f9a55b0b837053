import classes from "./tabs.module.css";

interface TabsProps<T extends string> {
  readonly label: string;
  readonly tabs: readonly { readonly value: T; readonly title: string }[];
  readonly value: T;
  readonly onChange: (value: T) => void;
}

/** Parts of a page, one at a time; the chosen one is in the address. */
export function Tabs<T extends string>({ label, tabs, value, onChange }: TabsProps<T>) {
  return (
    <nav className={classes.tabs} aria-label={label}>
      {tabs.map((tab) => (
        <button
          key={tab.value}
          type="button"
          className={classes.tab}
          aria-current={tab.value === value ? "page" : undefined}
          onClick={() => onChange(tab.value)}
        >
          {tab.title}
        </button>
      ))}
    </nav>
  );
}
