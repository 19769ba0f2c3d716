using GpuOps.Configuration.Yaml;
using GpuOps.Errors;
using GpuOps.Values;

namespace GpuOps.Configuration;

/// <summary>
/// Writes settings and backends into a file, keeping its comments and order. A change that would leave a configuration
/// that cannot be loaded is refused before anything is written.
/// </summary>
/// <param name="environment">The folders.</param>
/// <param name="catalog">The providers; null for <see cref="BackendCatalog.Default"/>.</param>
/// <param name="time">The clock for waiting on another writer.</param>
public sealed class ConfigurationStore(ConfigurationEnvironment environment, BackendCatalog? catalog = null, TimeProvider? time = null)
{
    private readonly BackendCatalog catalog = catalog ?? BackendCatalog.Default;
    private readonly ConfigurationFileWriter writer = new(environment, time ?? TimeProvider.System);

    /// <summary>The file of a scope, whether or not it exists yet.</summary>
    /// <param name="scope">Which file.</param>
    /// <exception cref="GpuOpsException"><c>NoConfigurationFolder</c>: there is no home folder.</exception>
    public string FileOf(ConfigurationScope scope) => environment.FileOf(SourceOf(scope)) ?? throw new GpuOpsException(
        "NoConfigurationFolder",
        GpuOpsErrorKind.NotReady,
        $"There is no folder for the {scope.ToString().ToLowerInvariant()} configuration. Set HOME or GPUOPS_CONFIG_HOME to an absolute path.");

    /// <summary>Sets a value.</summary>
    /// <param name="key">The setting's key.</param>
    /// <param name="value">The value as text.</param>
    /// <param name="scope">Which file.</param>
    /// <param name="cancellationToken">Ends the wait for another writer.</param>
    /// <exception cref="GpuOpsException">
    /// <c>UnknownSetting</c>, an error of loading the configuration, <c>ConfigurationNotEditable</c>,
    /// <c>ConfigurationNotWritten</c>, <c>ConfigurationLocked</c>.
    /// </exception>
    public Task<ConfigurationChange> SetAsync(string key, string value, ConfigurationScope scope, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(value);
        var setting = SettingCatalog.Find(key);
        var text = Written(setting.Type, value.Trim(), scope);
        if (setting.Type == SettingType.Backend) CheckBackend(text);
        return EditAsync(key, scope, (before, file) => DocumentEditor.Set(before, key.Split('.'), text, file), cancellationToken);
    }

    /// <summary>Removes a value, so that a weaker layer's holds again.</summary>
    /// <param name="key">The setting's key.</param>
    /// <param name="scope">Which file.</param>
    /// <param name="cancellationToken">Ends the wait for another writer.</param>
    /// <exception cref="GpuOpsException">As for <see cref="SetAsync"/>.</exception>
    public Task<ConfigurationChange> ResetAsync(string key, ConfigurationScope scope, CancellationToken cancellationToken)
    {
        SettingCatalog.Find(key);
        return EditAsync(key, scope, (before, file) => DocumentEditor.Remove(before, key.Split('.'), file), cancellationToken);
    }

    /// <summary>Defines a backend.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="uri">Where it is, without a password.</param>
    /// <param name="options">Its other options, by key.</param>
    /// <param name="scope">Which file.</param>
    /// <param name="replace">Whether an entry of that name in that file is replaced.</param>
    /// <param name="cancellationToken">Ends the wait for another writer.</param>
    /// <exception cref="GpuOpsException">
    /// <c>BackendExists</c>, <c>UnknownBackendScheme</c>, <c>UnknownBackendOption</c>, and as for <see cref="SetAsync"/>.
    /// </exception>
    public Task<ConfigurationChange> RegisterAsync(
        string name, string uri, IReadOnlyDictionary<string, string> options, ConfigurationScope scope, bool replace, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        BackendName.Check(name);
        if (name.Equals(BackendName.Local, StringComparison.OrdinalIgnoreCase))
            throw new GpuOpsException("BackendRedefined", GpuOpsErrorKind.NotAllowed, $"'{BackendName.Local}' is built in; choose another name.", name);
        var parsed = BackendUri.Parse(uri);
        var scheme = catalog.Find(parsed);
        var written = options.ToDictionary(static pair => pair.Key, pair => Written(FindOption(scheme, pair.Key).Type, pair.Value.Trim(), scope));
        var target = scope == ConfigurationScope.Project ? parsed.Text : scheme.Absolute(parsed, environment);

        return EditAsync($"{ConfigurationFile.BackendsKey}.{name}", scope, Edit, cancellationToken);

        string Edit(string text, string file)
        {
            if (EntryOf(text, name, file) is { } entry)
            {
                if (!replace)
                    throw new GpuOpsException("BackendExists", GpuOpsErrorKind.AlreadyExists, $"The backend '{entry.Key.Text}' is already defined in {file}:{entry.Key.Place.Line}. Replace it with -Force.", name);
                // A plain URI is changed in place, which keeps what is written beside it.
                if (written.Count > 0 || entry.Value is not ScalarNode || entry.Key.Text != name)
                    text = DocumentEditor.Remove(text, [ConfigurationFile.BackendsKey, entry.Key.Text], file);
            }

            if (written.Count == 0) return DocumentEditor.Set(text, [ConfigurationFile.BackendsKey, name], target, file);
            text = DocumentEditor.Set(text, [ConfigurationFile.BackendsKey, name, ConfigurationFile.UriKey], target, file);
            return written.Aggregate(text, (now, option) =>
                DocumentEditor.Set(now, [ConfigurationFile.BackendsKey, name, .. option.Key.Split('.')], option.Value, file));
        }
    }

    /// <summary>Removes a backend's definition.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="scope">Which file.</param>
    /// <param name="cancellationToken">Ends the wait for another writer.</param>
    /// <exception cref="GpuOpsException">
    /// <c>UnknownBackend</c>: that file does not define it; <c>BackendInUse</c>: it is the default and nothing else has
    /// its name; and as for <see cref="SetAsync"/>.
    /// </exception>
    public Task<ConfigurationChange> UnregisterAsync(string name, ConfigurationScope scope, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        return EditAsync($"{ConfigurationFile.BackendsKey}.{name}", scope, Edit, cancellationToken);

        string Edit(string text, string file) => EntryOf(text, name, file) is { } entry
            ? DocumentEditor.Remove(text, [ConfigurationFile.BackendsKey, entry.Key.Text], file)
            : throw new GpuOpsException(
                "UnknownBackend",
                GpuOpsErrorKind.NotFound,
                $"{file} defines no backend '{Excerpt.Of(BackendUri.Redact(name))}'.{NearestName.Hint(name, NamesIn(text, file))}",
                name);
    }

    private static ConfigurationSource SourceOf(ConfigurationScope scope) => scope switch
    {
        ConfigurationScope.Machine => ConfigurationSource.Machine,
        ConfigurationScope.Project => ConfigurationSource.Project,
        _ => ConfigurationSource.User,
    };

    private static MapNode? BackendsIn(string text, string file) =>
        DocumentParser.Parse(text, file)?.Find(ConfigurationFile.BackendsKey) is { Value: MapNode map } ? map : null;

    private static IEnumerable<string> NamesIn(string text, string file) => BackendsIn(text, file)?.Entries.Select(static e => e.Key.Text) ?? [];

    private static (ScalarNode Key, DocumentNode Value)? EntryOf(string text, string name, string file) =>
        NamesIn(text, file).FirstOrDefault(key => key.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } key
            ? BackendsIn(text, file)?.Find(key)
            : null;

    private static BackendOption FindOption(BackendScheme scheme, string key) =>
        scheme.Options.FirstOrDefault(option => option.Matches(key)) ?? throw new GpuOpsException(
            "UnknownBackendOption",
            GpuOpsErrorKind.InvalidArgument,
            $"'{Excerpt.Of(key)}' means nothing for {scheme.Name}: backends.{NearestName.Hint(key, scheme.Options.Select(static option => option.Key))}",
            key);

    // What is relative to the current folder must be written so that it is right from every folder.
    private string Written(SettingType type, string value, ConfigurationScope scope)
    {
        var parsed = type.Parse(value, new SettingContext(environment, environment.CurrentFolder ?? "/"));
        if (scope == ConfigurationScope.Project) return value;
        if (type == SettingType.Path) return type.Format(parsed);
        return type == SettingType.Backend && !BackendName.IsValid(value)
            ? catalog.Find(BackendUri.Parse(value)).Absolute(BackendUri.Parse(value), environment)
            : value;
    }

    private void CheckBackend(string text)
    {
        if (!BackendName.IsValid(text))
            catalog.Find(BackendUri.Parse(text));
        else
            GpuOpsConfiguration.Load(environment, null, catalog).RequireName(text);
    }

    internal async Task<ConfigurationChange> EditAsync(
        string key, ConfigurationScope scope, Func<string, string, string> edit, CancellationToken cancellationToken)
    {
        var file = FileOf(scope);
        GpuOpsConfiguration? after = null;
        var changed = await writer.RewriteAsync(file, scope, Rewrite, cancellationToken);
        return new(file, key, changed, after?.Values.FirstOrDefault(value => value.Key == key));

        string Rewrite(string text)
        {
            var result = edit(text, file);
            after = Check(file, SourceOf(scope), text, result);
            return result;
        }
    }

    // Null when another file was broken before: that must not keep anybody from repairing this one.
    private GpuOpsConfiguration? Check(string file, ConfigurationSource source, string before, string after)
    {
        ConfigurationFile.Parse(after, file, source, catalog, environment);
        var old = TryLoad(file, before, out _);
        if (TryLoad(file, after, out var error) is not { } loaded) return old is null ? null : throw error!;

        var name = loaded.Settings.Backend;
        return old is null || loaded.HasBackend(name) || !old.HasBackend(name) ? loaded : throw new GpuOpsException(
            "BackendInUse",
            GpuOpsErrorKind.NotAllowed,
            $"'{name}' is the default backend ({loaded.Values[0].Origin}). Choose another first: Set-GpuOpsConfiguration -Key backend -Value {BackendName.Local}.",
            name);
    }

    private GpuOpsConfiguration? TryLoad(string file, string text, out GpuOpsException? error)
    {
        error = null;
        try
        {
            return GpuOpsConfiguration.Load(environment, null, catalog, path => path == file ? text : ConfigurationText.Read(path));
        }
        catch (GpuOpsException e)
        {
            error = e;
            return null;
        }
    }
}
