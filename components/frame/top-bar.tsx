import { Breadcrumb } from './breadcrumb.tsx';
import { CommandPalette } from './command-palette.tsx';
import { LiveMark } from './live-mark.tsx';
import { PhoneNavigation } from './phone-navigation.tsx';

export function TopBar() {
  return (
    <header className="sticky top-0 z-30 flex h-12 items-center gap-3 border-b border-line bg-canvas px-4 sm:px-6">
      <PhoneNavigation />
      <Breadcrumb />
      <LiveMark />
      <CommandPalette />
    </header>
  );
}
