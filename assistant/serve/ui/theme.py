"""The look of Gradio's own components: fonts of the reader's machine, and colours of enough contrast."""

from __future__ import annotations

import gradio as gr

SANS = ("system-ui", "Segoe UI", "Roboto", "Noto Sans", "Helvetica Neue", "Arial", "sans-serif")
MONO = ("ui-monospace", "Menlo", "Consolas", "monospace")


def theme() -> gr.themes.Base:
    """Return the theme. `Font` only names a font; Gradio's other classes would load one."""
    return gr.themes.Base(
        primary_hue=gr.themes.colors.teal,
        neutral_hue=gr.themes.colors.stone,
        font=[gr.themes.Font(name) for name in SANS],
        font_mono=[gr.themes.Font(name) for name in MONO],
    ).set(
        body_background_fill="var(--paper)",
        body_background_fill_dark="var(--paper)",
        body_text_color="var(--ink)",
        body_text_color_dark="var(--ink)",
        button_primary_background_fill="var(--accent-fill)",
        button_primary_background_fill_dark="var(--accent-fill)",
        button_primary_background_fill_hover="var(--accent)",
        button_primary_background_fill_hover_dark="var(--accent)",
        button_primary_text_color="var(--on-accent)",
        button_primary_text_color_dark="var(--on-accent)",
        input_background_fill="var(--card)",
        input_background_fill_dark="var(--card)",
        input_border_color="var(--line)",
        input_border_color_dark="var(--line)",
    )
