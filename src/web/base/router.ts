export { Link, Redirect, Route, Router, Switch, useLocation, useSearch } from 'wouter';
