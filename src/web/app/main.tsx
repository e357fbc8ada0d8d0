import '#web/base/theme.css';
import '#web/widgets/controls.css';
import '#web/widgets/content.css';
import '#web/charts/charts.css';
import './shell.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { applyTheme, readTheme } from '#web/base/theme.ts';
import { Answers } from '#web/query/index.ts';
import { Gate } from './gate.tsx';

applyTheme(readTheme());

const place = document.getElementById('app');
if (!place) throw new Error('index.html has no place for the page');
createRoot(place).render(
  <StrictMode>
    <Answers>
      <Gate />
    </Answers>
  </StrictMode>,
);
