import { createSpotlightStore } from "@mantine/spotlight";

/** Whether the palette is open; its own module, so that opening it loads both. */
export const paletteStore = createSpotlightStore();
