using GpuOps.Configuration.Yaml;
using GpuOps.Errors;
using GpuOps.Values;

namespace GpuOps.Configuration;

/// <summary>Writes SSH profiles into a file, keeping its comments and order, as <see cref="ConfigurationStore"/> does settings.</summary>
/// <param name="store">The files.</param>
/// <param name="environment">The folders.</param>
public sealed class SshProfileStore(ConfigurationStore store, ConfigurationEnvironment environment)
{
    private const string DefaultKey = "ssh.profile";

    /// <summary>Adds a profile.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="change">What it says.</param>
    /// <param name="scope">Which file.</param>
    /// <param name="replace">Whether an entry of that name in that file is replaced.</param>
    /// <param name="cancellationToken">Ends the wait for another writer.</param>
    /// <exception cref="GpuOpsException">
    /// <c>SshProfileExists</c>, <c>InvalidSshProfileName</c>, and as for <see cref="ConfigurationStore.SetAsync"/>.
    /// </exception>
    public Task<ConfigurationChange> AddAsync(string name, SshProfileChange change, ConfigurationScope scope, bool replace, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        SshProfileName.Check(name);
        return store.EditAsync(KeyOf(name), scope, Edit, cancellationToken);

        string Edit(string text, string file)
        {
            if (EntryOf(text, name, file) is { } entry)
            {
                if (!replace)
                    throw new GpuOpsException("SshProfileExists", GpuOpsErrorKind.AlreadyExists,
                        $"The SSH profile '{entry.Key.Text}' is already defined in {file}:{entry.Key.Place.Line}. Change it with Set-SshProfile, or replace it with -Force.", name);
                text = DocumentEditor.Remove(text, PathOf(entry.Key.Text), file);
            }

            return Apply(text, name, change, scope, file);
        }
    }

    /// <summary>Changes what a profile says.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="change">What is to be different.</param>
    /// <param name="scope">Which file.</param>
    /// <param name="cancellationToken">Ends the wait for another writer.</param>
    /// <exception cref="GpuOpsException"><c>UnknownSshProfile</c>, and as for <see cref="ConfigurationStore.SetAsync"/>.</exception>
    public Task<ConfigurationChange> SetAsync(string name, SshProfileChange change, ConfigurationScope scope, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        ArgumentNullException.ThrowIfNull(name);
        return store.EditAsync(KeyOf(name), scope, (text, file) => Apply(text, Require(text, name, file), change, scope, file), cancellationToken);
    }

    /// <summary>Removes a profile.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="scope">Which file.</param>
    /// <param name="force">Whether it goes although it is the default, or a backend uses it.</param>
    /// <param name="cancellationToken">Ends the wait for another writer.</param>
    /// <exception cref="GpuOpsException">
    /// <c>UnknownSshProfile</c>, <c>SshProfileInUse</c>, and as for <see cref="ConfigurationStore.SetAsync"/>.
    /// </exception>
    public Task<ConfigurationChange> RemoveAsync(string name, ConfigurationScope scope, bool force, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        return store.EditAsync(KeyOf(name), scope, Edit, cancellationToken);

        string Edit(string text, string file)
        {
            var found = Require(text, name, file);
            if (!force && UsersOf(found) is { Count: > 0 } users)
                throw new GpuOpsException("SshProfileInUse", GpuOpsErrorKind.NotAllowed,
                    $"The SSH profile '{found}' is used: {string.Join(", ", users)}. Change that first, or remove it all the same with -Force.", name);
            return DocumentEditor.Remove(text, PathOf(found), file);
        }
    }

    private static string KeyOf(string name) => $"{ConfigurationFile.SshProfilesKey}.{name}";

    private static string[] PathOf(string name, params ReadOnlySpan<string> below) => [ConfigurationFile.SshProfilesKey, name, .. below];

    private static MapNode? ProfilesIn(string text, string file) =>
        DocumentParser.Parse(text, file)?.Find(ConfigurationFile.SshProfilesKey) is { Value: MapNode map } ? map : null;

    private static (ScalarNode Key, DocumentNode Value)? EntryOf(string text, string name, string file)
    {
        foreach (var entry in ProfilesIn(text, file)?.Entries ?? [])
        {
            if (entry.Key.Text.Equals(name, StringComparison.OrdinalIgnoreCase)) return entry;
        }

        return null;
    }

    private static string Require(string text, string name, string file) => EntryOf(text, name, file)?.Key.Text ?? throw new GpuOpsException(
        "UnknownSshProfile", GpuOpsErrorKind.NotFound,
        $"{file} defines no SSH profile '{Excerpt.Of(name)}'.{NearestName.Hint(name, ProfilesIn(text, file)?.Entries.Select(static entry => entry.Key.Text) ?? [])} -Scope chooses another file.", name);

    private List<string> UsersOf(string name)
    {
        var loaded = GpuOpsConfiguration.Load(environment);
        var setting = loaded.Values.First(static value => value.Key == DefaultKey);
        return
        [
            .. setting.Value is string chosen && chosen.Equals(name, StringComparison.OrdinalIgnoreCase) ? (string[])[$"it is the default profile ({setting.Origin})"] : [],
            .. loaded.Backends.Where(backend => IsUsedBy(backend, name)).Select(static backend => $"the backend '{backend.Name}' ({backend.Origin})"),
        ];
    }

    private static bool IsUsedBy(GpuBackend backend, string name) =>
        name.Equals(backend.Options.GetValueOrDefault(BackendRoute.Option.Key), StringComparison.OrdinalIgnoreCase)
            || (BackendCatalog.Default.TryFind(backend.Provider)?.Options.Contains(BackendRoute.Option) == true
                && BackendUri.Parse(backend.Uri) is { User: null, Authority: { } host } && host.Equals(name, StringComparison.OrdinalIgnoreCase));

    private string Apply(string text, string name, SshProfileChange change, ConfigurationScope scope, string file)
    {
        foreach (var key in SshProfileKey.All.Where(key => change.Values.ContainsKey(key.Name)))
            text = Write(text, PathOf(name, key.Name), [.. change.Values[key.Name].Select(value => Written(key, value, scope))], file);
        if (change.EnvironmentVariables is { } variables)
        {
            text = DocumentEditor.Remove(text, PathOf(name, SshProfileKey.Environment), file);
            foreach (var (variable, value) in variables)
                text = DocumentEditor.Set(text, PathOf(name, SshProfileKey.Environment, variable), SshProfileKey.CheckVariable(variable, value), file);
        }

        return change.IsDefault ? DocumentEditor.Set(text, DefaultKey.Split('.'), name, file) : text;
    }

    private static string Write(string text, string[] path, string[] values, string file)
    {
        if (values is [var only] && At(text, path, file) is null or ScalarNode)
            return DocumentEditor.Set(text, path, only, file);
        text = DocumentEditor.Remove(text, path, file);
        return values.Length switch
        {
            0 => text,
            1 => DocumentEditor.Set(text, path, values[0], file),
            _ => DocumentEditor.Add(text, path, values, file),
        };
    }

    private static DocumentNode? At(string text, string[] path, string file) => path.Aggregate(
        (DocumentNode?)DocumentParser.Parse(text, file), static (node, key) => (node as MapNode)?.Find(key)?.Value);

    // As with settings, a path is written so that it is right from every folder; that of a home stays that of whoever reads it.
    private string Written(SshProfileKey key, string value, ConfigurationScope scope)
    {
        var parsed = key.Type.Parse(value.Trim(), new SettingContext(environment, environment.CurrentFolder ?? "/"));
        return key.Type != SettingType.Path || scope == ConfigurationScope.Project || value.StartsWith("~/", StringComparison.Ordinal) ? value.Trim() : key.Type.Format(parsed);
    }
}
