import { provideVSCodeDesignSystem, vsCodeButton, vsCodeCheckbox, vsCodeTextField } from '@vscode/webview-ui-toolkit';
import type { ComponentChildren, JSX, VNode } from 'preact';
import { h } from 'preact';

/**
 * The only door to @vscode/webview-ui-toolkit: its custom elements as Preact components. They are controlled: what they
 * show is what their properties say.
 */

export function registerComponents(): void {
  provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeCheckbox(), vsCodeTextField());
}

type Attributes = Record<string, unknown>;
/** The elements are unknown to JSX. */
const element = h as (tag: string, attributes: Attributes, ...children: ComponentChildren[]) => VNode;

interface Common {
  /** The accessible name, where the visible text does not say it. */
  label?: string;
  title?: string;
  disabled?: boolean;
  id?: string;
  class?: string;
}

const common = ({ label, title, disabled = false, id, class: className }: Common): Attributes => ({
  'aria-label': label,
  title,
  disabled,
  id,
  class: className,
});

export interface ButtonProps extends Common {
  /** `primary` at most once in a view. */
  appearance?: 'primary' | 'secondary' | 'icon';
  /** Whether it opens something, and whether that is open. */
  expanded?: boolean;
  onClick(event: MouseEvent): void;
  children: ComponentChildren;
}

export function Button({ appearance = 'secondary', expanded, onClick, children, ...rest }: ButtonProps): JSX.Element {
  return element(
    'vscode-button',
    {
      ...common(rest),
      appearance,
      'aria-expanded': expanded === undefined ? undefined : String(expanded),
      onClick: rest.disabled ? undefined : onClick,
    },
    children,
  );
}

export interface CheckboxProps extends Common {
  checked: boolean;
  onChange(checked: boolean): void;
  children?: ComponentChildren;
}

export function Checkbox({ checked, onChange, children, ...rest }: CheckboxProps): JSX.Element {
  return element(
    'vscode-checkbox',
    {
      ...common(rest),
      checked,
      onChange: (event: Event) => {
        const now = (event.currentTarget as HTMLInputElement).checked;
        // The element also tells of changes that came from here.
        if (now !== checked) onChange(now);
      },
    },
    children,
  );
}

export interface TextFieldProps extends Common {
  value: string;
  placeholder?: string;
  onInput(value: string): void;
}

export function TextField({ value, placeholder, onInput, ...rest }: TextFieldProps): JSX.Element {
  return element('vscode-text-field', {
    ...common(rest),
    value,
    placeholder,
    onInput: (event: Event) => onInput((event.currentTarget as HTMLInputElement).value),
  });
}
