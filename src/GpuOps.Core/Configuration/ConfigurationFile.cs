using GpuOps.Channels;
using GpuOps.Configuration.Yaml;
using GpuOps.Errors;
using GpuOps.Values;

namespace GpuOps.Configuration;

/// <summary>One file, checked against the <see cref="SettingCatalog"/> and the <see cref="BackendCatalog"/>.</summary>
/// <param name="Values">The settings it has, by key.</param>
/// <param name="Backends">The backends it defines.</param>
/// <param name="SshProfiles">The SSH profiles it defines.</param>
internal sealed record ConfigurationFile(
    IReadOnlyDictionary<string, (object Value, string Origin)> Values, IReadOnlyList<BackendDefinition> Backends, IReadOnlyList<SshProfile> SshProfiles)
{
    /// <summary>The key that holds the backends.</summary>
    public const string BackendsKey = "backends";

    /// <summary>The key that holds the SSH profiles.</summary>
    public const string SshProfilesKey = "sshProfiles";

    /// <summary>The key of a backend's URI inside its entry.</summary>
    public const string UriKey = "uri";

    /// <summary>Reads a file's text.</summary>
    /// <param name="text">The text; null for a file that is not there.</param>
    /// <param name="path">The file.</param>
    /// <param name="source">Its layer.</param>
    /// <param name="catalog">The providers.</param>
    /// <param name="environment">The world around.</param>
    public static ConfigurationFile Parse(
        string? text, string path, ConfigurationSource source, BackendCatalog catalog, ConfigurationEnvironment environment)
    {
        var root = text is null ? null : DocumentParser.Parse(text, path);
        return new Reader(path, source, catalog, new SettingContext(environment, Path.GetDirectoryName(path) ?? "/")).Read(root);
    }

    private sealed class Reader(string path, ConfigurationSource source, BackendCatalog catalog, SettingContext context)
    {
        private bool IsProject => source == ConfigurationSource.Project;

        public ConfigurationFile Read(MapNode? root)
        {
            var values = new Dictionary<string, (object Value, string Origin)>(StringComparer.Ordinal);
            var backends = new List<BackendDefinition>();
            var profiles = new List<SshProfile>();
            var settings = SettingCatalog.All.ToDictionary(static row => row.Key, StringComparer.Ordinal);
            foreach (var (key, node) in KeyReader.Read(root, [.. settings.Keys], [BackendsKey, SshProfilesKey], path))
            {
                if (key == BackendsKey)
                    backends.AddRange(ReadBackends(node));
                else if (key == SshProfilesKey)
                    profiles.AddRange(ReadProfiles(node));
                else
                    values.Add(key, (ReadSetting(settings[key], node), OriginOf(node)));
            }

            return new ConfigurationFile(values, backends, profiles);
        }

        private object ReadSetting(Setting setting, DocumentNode node)
        {
            if (IsProject && !setting.AllowedInProject)
                throw Refused(node, setting.Key, "it reaches beyond this folder");
            return ReadValue(setting.Key, setting.Type, node);
        }

        private IEnumerable<BackendDefinition> ReadBackends(DocumentNode node)
        {
            if (node is ScalarNode { IsNull: true }) yield break;
            if (node is not MapNode map) throw DocumentError.At(path, node, "'backends' must be a map from names to URIs, like 'hpc: redis://host'.");
            var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
            foreach (var (key, value) in map.Entries)
            {
                At(key, () => BackendName.Check(key.Text));
                if (key.Text.Equals(BackendName.Local, StringComparison.OrdinalIgnoreCase))
                    throw DocumentError.At(path, key, $"'{BackendName.Local}' is built in and cannot be defined; choose another name.", "BackendRedefined");
                if (!names.Add(key.Text))
                    throw DocumentError.At(path, key, $"the backend '{key.Text}' is here a second time; upper and lower case do not differ in names.", "DuplicateKey");
                yield return ReadBackend(key, value);
            }
        }

        private IEnumerable<SshProfile> ReadProfiles(DocumentNode node) => IsProject
            ? throw Refused(node, SshProfilesKey, "it could send your keys, and what your variables hold, to a host that this file chooses")
            : new SshProfileReader(path, source, context).Read(node);

        private BackendDefinition ReadBackend(ScalarNode name, DocumentNode node)
        {
            if (node is not MapNode map) return Define(name, node, ReadUri(name, node), []);

            var entries = KeyReader.Read(map, [UriKey, .. catalog.OptionKeys], [], path).ToDictionary(static e => e.Key, static e => e.Node);
            if (!entries.Remove(UriKey, out var uriNode))
                throw DocumentError.At(path, name, $"the backend '{name.Text}' has no 'uri'.");

            var uri = ReadUri(name, uriNode);
            var options = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var (key, value) in entries) options.Add(key, ReadOption(uri, key, value));
            return Define(name, uriNode, uri, options);
        }

        private string ReadOption(BackendUri uri, string key, DocumentNode node)
        {
            var scheme = catalog.TryFind(uri.Scheme);
            var known = scheme?.Options ?? [.. catalog.Schemes.SelectMany(static row => row.Options)];
            var option = known.FirstOrDefault(option => option.Matches(key))
                ?? throw DocumentError.At(path, node, $"'{key}' means nothing for {uri.Scheme}: backends.{NearestName.Hint(key, [UriKey, .. known.Select(static o => o.Key)])}", "UnknownKey");
            if (IsProject && !option.AllowedInProject) throw Refused(node, key, "anybody may have written it, and this decides what runs as you, where it writes, or what is sent to whom");
            return option.Type.Format(ReadValue(key, option.Type, node));
        }

        private BackendUri ReadUri(ScalarNode name, DocumentNode node) =>
            node is ScalarNode { IsNull: false } scalar
                ? At(scalar, () => BackendUri.Parse(scalar.Text))
                : throw DocumentError.At(path, node, $"the backend '{name.Text}' must be a URI, or a map with 'uri'.");

        private BackendDefinition Define(ScalarNode name, DocumentNode uriNode, BackendUri uri, Dictionary<string, string> options)
        {
            // A scheme that only a newer version knows is an error when it is used, not for every command.
            var scheme = catalog.TryFind(uri.Scheme);
            var definition = new BackendDefinition
            {
                Name = name.Text,
                Uri = uri,
                Options = options,
                Source = source,
                Origin = OriginOf(name),
                Folder = context.Folder,
                PasswordVariable = scheme?.PasswordVariable is null
                    ? null
                    : options.GetValueOrDefault("passwordVariable") ?? BackendName.PasswordVariable(name.Text),
            };
            At(uriNode, () => scheme?.Check(definition, context.Environment));
            return definition;
        }

        private object ReadValue(string key, SettingType type, DocumentNode node) => node switch
        {
            ScalarNode { IsNull: true } => throw DocumentError.At(path, node, $"'{key}' has no value. Write a {type.Name}, or remove the line."),
            ScalarNode scalar => At(node, () => type.Parse(scalar.Text, context), key + ": "),
            _ => throw DocumentError.At(path, node, $"'{key}' must be a {type.Name}, one value."),
        };

        private void At(DocumentNode node, Action read) => At<object?>(node, () =>
        {
            read();
            return null;
        });

        private T At<T>(DocumentNode node, Func<T> read, string what = "") => DocumentError.Place(path, node, read, what);

        private GpuOpsException Refused(DocumentNode node, string key, string why) => DocumentError.At(
            path, node, $"'{Excerpt.Of(key)}' cannot be set in a project's file, because {why}. Set it in the user's file.", "NotAllowedInProject");

        private string OriginOf(DocumentNode node) => $"{path}:{node.Place.Line}";
    }
}
