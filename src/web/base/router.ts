export { Link, Redirect, Route, Router, Switch, useLocation, useParams, useSearch } from 'wouter';
