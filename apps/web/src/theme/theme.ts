import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

const wheat: MantineColorsTuple = ["#fcf7ea", "#f6ebcd", "#efd9a3", "#e9c878", "#e3b04b", "#cf9526", "#b17a14", "#8a5a0b", "#6d470c", "#4f3203"];
const slate: MantineColorsTuple = ["#f7f9fa", "#edf1f4", "#dde3e8", "#c6d0d8", "#a3b1bc", "#8493a0", "#6a7986", "#55636f", "#33404b", "#18212a"];
/* Shades 4 and 5 are filled buttons: dark enough that their text is white. */
const ruby: MantineColorsTuple = ["#fdebec", "#f9d0d2", "#f2a3a8", "#e2666e", "#b3202b", "#b3202b", "#a31621", "#8c121c", "#750d16", "#5c0810"];
const night: MantineColorsTuple = ["#e4eaee", "#c6d0d8", "#a3b1bc", "#6e7f8c", "#3d4a55", "#2d3841", "#1d262d", "#161d23", "#131a20", "#10161b"];

/** The design system as the component library understands it. Colours come from tokens.css through the resolver below. */
export const theme = createTheme({
  colors: { wheat, gray: slate, dark: night, red: ruby },
  primaryColor: "wheat",
  primaryShade: { light: 5, dark: 4 },
  autoContrast: true,
  luminanceThreshold: 0.25,
  cursorType: "pointer",
  black: "#18212a",
  fontFamily: "var(--g-sans)",
  fontFamilyMonospace: "var(--g-mono)",
  fontSizes: { xs: "0.75rem", sm: "0.8125rem", md: "0.875rem", lg: "1rem", xl: "1.125rem" },
  headings: { fontFamily: "var(--g-sans)", fontWeight: "600" },
  radius: { xs: "4px", sm: "4px", md: "4px", lg: "8px", xl: "8px" },
  defaultRadius: "sm",
  spacing: { xs: "8px", sm: "12px", md: "16px", lg: "24px", xl: "32px" },
  shadows: { xs: "none", sm: "var(--g-shadow)", md: "var(--g-shadow)", lg: "var(--g-shadow)", xl: "var(--g-shadow)" },
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: "sm" } },
    ActionIcon: { defaultProps: { variant: "subtle", color: "gray" } },
    TextInput: { defaultProps: { size: "sm" } },
    PasswordInput: { defaultProps: { size: "sm" } },
    Select: { defaultProps: { size: "sm", checkIconPosition: "right" } },
    MultiSelect: { defaultProps: { size: "sm" } },
    Modal: {
      defaultProps: {
        closeButtonProps: { "aria-label": "Close" },
        overlayProps: { backgroundOpacity: 0.45, blur: 0 },
        transitionProps: { duration: 120, transition: "fade" },
        radius: "lg",
        centered: true,
      },
    },
    Drawer: {
      defaultProps: { closeButtonProps: { "aria-label": "Close" }, overlayProps: { backgroundOpacity: 0.45 }, transitionProps: { duration: 120 } },
    },
    Menu: { defaultProps: { shadow: "md", transitionProps: { duration: 100 }, radius: "lg" } },
    Popover: { defaultProps: { shadow: "md", transitionProps: { duration: 100 }, radius: "lg" } },
    Tooltip: { defaultProps: { openDelay: 250, transitionProps: { duration: 80 }, withArrow: false } },
  },
});

const variables: Record<string, string> = {
  "--mantine-color-body": "var(--g-canvas)",
  "--mantine-color-text": "var(--g-ink)",
  "--mantine-color-dimmed": "var(--g-ink-soft)",
  "--mantine-color-error": "var(--g-bad)",
  "--mantine-color-anchor": "var(--g-accent-ink)",
  "--mantine-color-placeholder": "var(--g-ink-soft)",
  "--mantine-color-default": "var(--g-canvas)",
  "--mantine-color-default-hover": "var(--g-hover)",
  "--mantine-color-default-color": "var(--g-ink)",
  "--mantine-color-default-border": "var(--g-line)",
  "--mantine-primary-color-filled": "var(--g-accent)",
  "--mantine-color-wheat-filled": "var(--g-accent)",
  "--mantine-color-wheat-filled-hover": "color-mix(in oklab, var(--g-accent), var(--g-ink) 8%)",
  "--mantine-color-wheat-light": "var(--g-accent-wash)",
  "--mantine-color-wheat-light-color": "var(--g-accent-ink)",
  "--mantine-color-wheat-outline": "var(--g-accent-ink)",
  "--mantine-color-gray-light": "var(--g-hover)",
  "--mantine-color-gray-light-color": "var(--g-ink)",
  "--mantine-color-gray-light-hover": "var(--g-hover)",
  "--mantine-color-red-filled": "#b3202b",
  "--mantine-color-red-filled-hover": "#96161f",
  "--mantine-color-red-light": "var(--g-bad-wash)",
  "--mantine-color-red-light-color": "var(--g-bad)",
  "--mantine-color-red-light-hover": "var(--g-bad-wash)",
  "--mantine-color-green-light": "var(--g-good-wash)",
  "--mantine-color-green-light-color": "var(--g-good)",
  "--mantine-color-disabled-color": "var(--g-ink-soft)",
};

/** Ties the library's variables to our tokens, so that light, dark and high contrast are decided in one file. */
export const cssVariablesResolver: CSSVariablesResolver = () => ({ variables: {}, light: variables, dark: variables });
