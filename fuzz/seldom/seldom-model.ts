/** A model of a kind that the usual dice make too seldom. */
import type { Recipe } from '../recipe/recipe.js';
import type { Way } from '../ways/way.js';

/** A model (`recipe`), and the one way of checking it that could show a fault. */
export interface SeldomModel {
  readonly recipe: Recipe;
  readonly way: Way;
}
