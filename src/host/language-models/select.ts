import { l10n } from 'vscode';

/** What tells one language model of the editor from another. */
export interface EditorModelNames {
  id: string;
  vendor: string;
  family: string;
  name: string;
}

/** The model that a config means: by id (`gpt-4o`, or `vendor/gpt-4o`), else by family, else by the name people see. */
export function selectModel<M extends EditorModelNames>(models: readonly M[], wanted: string): M | undefined {
  return (
    models.find(({ id, vendor }) => id === wanted || `${vendor}/${id}` === wanted) ??
    models.find(({ family }) => family === wanted) ??
    models.find(({ name }) => name.toLowerCase() === wanted.toLowerCase())
  );
}

/** How a config names a model: by its id, with the vendor where two have the same. */
export function configName(models: readonly EditorModelNames[], model: EditorModelNames): string {
  const same = models.filter(({ id }) => id === model.id);
  return same.length > 1 ? `${model.vendor}/${model.id}` : model.id;
}

export function noSuchModel(models: readonly EditorModelNames[], wanted: string): Error {
  if (models.length === 0)
    return new Error(
      l10n.t(
        'The editor offers no language models, so "{0}" cannot be used. Install or sign in to an extension that provides some.',
        wanted,
      ),
    );
  const names = models.map((model) => configName(models, model)).join(', ');
  return new Error(l10n.t('The editor offers no language model "{0}". It offers: {1}.', wanted, names));
}
