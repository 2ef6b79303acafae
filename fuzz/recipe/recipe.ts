/** A model of either interface as data, and the model itself. */
import type { ComponentModel, Model } from '#bayou/checker/model.js';
import { componentModel, type ComponentRecipe } from './component.js';
import { Forms } from './forms.js';
import { plainModel, type PlainRecipe } from './plain.js';

export type Recipe = PlainRecipe | ComponentRecipe;

/** The model of a recipe in JSON text. Threads build their models by it. */
export const componentModelOf = (text: string): ComponentModel => componentModel(JSON.parse(text) as ComponentRecipe);

export type BuiltModel = (
  | { readonly form: 'plain'; readonly model: Model<unknown, unknown> }
  | { readonly form: 'component'; readonly model: ComponentModel }
) & {
  /** The forms in which values are given to the model. */
  readonly forms: Forms;
};

/** The model of a recipe. */
export const builtOf = (recipe: Recipe): BuiltModel => {
  const forms = new Forms();
  return recipe.form === 'plain'
    ? { form: 'plain', model: plainModel(recipe, forms), forms }
    : { form: 'component', model: componentModel(recipe, forms), forms };
};

/** The kinds of its properties, by name. */
export const kindsOf = (recipe: Recipe): ReadonlyArray<{ readonly name: string; readonly kind: string }> => recipe.claims;
