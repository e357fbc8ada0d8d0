import { type ReactNode, useState } from 'react';
import type { Me } from '#core/contract/index.ts';
import { applyTheme, readTheme, type Theme } from '#web/base/theme.ts';
import { forgetAnswers, useChange } from '#web/query/index.ts';
import { Icon, type IconName, Menu, MenuItem, say } from '#web/widgets/index.ts';

const LOOKS: readonly { readonly theme: Theme; readonly text: string; readonly icon: IconName }[] =
  [
    { theme: 'system', text: 'As the system', icon: 'screen' },
    { theme: 'light', text: 'Light', icon: 'sun' },
    { theme: 'dark', text: 'Dark', icon: 'moon' },
  ];

/** Who is logged in, light or dark, and the way out. */
export function UserMenu(props: { readonly me: Me }): ReactNode {
  const logout = useChange('logout');
  const [theme, setTheme] = useState(readTheme);
  const choose = (next: Theme) => {
    applyTheme(next);
    setTheme(next);
  };
  return (
    <Menu
      text={<Icon name="person" />}
      label={`${props.me.name}: appearance and account`}
      look="icon-button"
      hasArrow={false}
    >
      {(close) => (
        <>
          <p className="menu-title">
            {props.me.name} · {props.me.role}
          </p>
          <hr className="menu-rule" />
          <p className="menu-title">Appearance</p>
          {LOOKS.map((look) => (
            <MenuItem
              key={look.theme}
              isChosen={look.theme === theme}
              detail={<Icon name={look.icon} size={14} />}
              onSelect={() => choose(look.theme)}
            >
              {look.text}
            </MenuItem>
          ))}
          <hr className="menu-rule" />
          <MenuItem
            onSelect={() => {
              close();
              logout.mutate(
                {},
                {
                  onSuccess: () => {
                    forgetAnswers();
                    location.assign('/');
                  },
                  onError: (error) => say(error.message),
                },
              );
            }}
          >
            Log out
          </MenuItem>
        </>
      )}
    </Menu>
  );
}
