using GpuOps.Channels;
using GpuOps.Channels.Ssh;
using GpuOps.Errors;
using GpuOps.Values;

namespace GpuOps.Configuration;

/// <summary>
/// The settings and backends that hold, from strong to weak: parameters, <c>GPUOPS_*</c> variables, the project's
/// file, the user's, the machine's, the defaults.
/// </summary>
public sealed class GpuOpsConfiguration
{
    private readonly Dictionary<string, BackendDefinition> backends;

    private GpuOpsConfiguration(
        ConfigurationEnvironment environment, BackendCatalog catalog, IReadOnlyList<ConfigurationValue> values,
        GpuOpsSettings settings, Dictionary<string, BackendDefinition> backends, IReadOnlyList<SshProfile> sshProfiles)
    {
        SshProfiles = sshProfiles;
        Environment = environment;
        Catalog = catalog;
        Values = values;
        Settings = settings;
        this.backends = backends;
        UnknownVariables = KnownVariables.FindUnknown(environment, backends.Values);
    }

    /// <summary>What it was read from.</summary>
    public ConfigurationEnvironment Environment { get; }

    /// <summary>The providers.</summary>
    public BackendCatalog Catalog { get; }

    /// <summary>The settings.</summary>
    public GpuOpsSettings Settings { get; }

    /// <summary>Every setting with where it comes from, in the catalog's order.</summary>
    public IReadOnlyList<ConfigurationValue> Values { get; }

    /// <summary><c>GPUOPS_*</c> variables that mean nothing; each is worth a warning.</summary>
    public IReadOnlyList<UnknownVariable> UnknownVariables { get; }

    /// <summary>The named backends, the built-in one first, then by name.</summary>
    public IReadOnlyList<GpuBackend> Backends =>
        [.. backends.Values.OrderBy(static b => b.Name != BackendName.Local).ThenBy(static b => b.Name, StringComparer.OrdinalIgnoreCase).Select(Show)];

    /// <summary>The SSH profiles, by name.</summary>
    public IReadOnlyList<SshProfile> SshProfiles { get; }

    /// <summary>What providers get of it.</summary>
    /// <param name="dialog">Who answers what connections ask; nobody by default.</param>
    /// <param name="time">The clock.</param>
    public BackendContext Context(SshDialog? dialog = null, TimeProvider? time = null) => new(Settings, Environment, time ?? TimeProvider.System)
    {
        Ssh = new SshRoutes(SshProfiles, Settings.SshProfile, SshConfigPlaces.Default()),
        Dialog = dialog ?? new SshDialog(),
    };

    /// <summary>Reads all layers.</summary>
    /// <param name="environment">Variables and folders.</param>
    /// <param name="parameters">Values given with the command, by key; they are stronger than all else.</param>
    /// <param name="catalog">The providers; null for <see cref="BackendCatalog.Default"/>.</param>
    /// <exception cref="GpuOpsException">
    /// A file or value is wrong: <c>InvalidConfiguration</c>, <c>UnreadableConfiguration</c>, <c>UnknownKey</c>,
    /// <c>DuplicateKey</c>, <c>InvalidDuration</c>, <c>InvalidSize</c>, <c>InvalidSetting</c>, <c>SettingConflict</c>,
    /// <c>NotAllowedInProject</c>, <c>BackendRedefined</c>, <c>InvalidBackendName</c>, <c>InvalidBackendUri</c>,
    /// <c>PasswordInUri</c>. The message says where.
    /// </exception>
    public static GpuOpsConfiguration Load(
        ConfigurationEnvironment environment, IReadOnlyDictionary<string, string>? parameters = null, BackendCatalog? catalog = null) =>
        Load(environment, parameters, catalog, ConfigurationText.Read);

    internal static GpuOpsConfiguration Load(
        ConfigurationEnvironment environment, IReadOnlyDictionary<string, string>? parameters, BackendCatalog? catalog, Func<string, string?> read)
    {
        ArgumentNullException.ThrowIfNull(environment);
        catalog ??= BackendCatalog.Default;
        foreach (var key in parameters?.Keys ?? []) SettingCatalog.Find(key);

        ConfigurationFile? FileOf(string? path, ConfigurationSource source) =>
            path is null ? null : ConfigurationFile.Parse(read(path), path, source, catalog, environment);
        var machine = FileOf(environment.MachineFile, ConfigurationSource.Machine);
        var user = FileOf(environment.UserFile, ConfigurationSource.User);
        var project = FileOf(environment.ProjectFile, ConfigurationSource.Project);

        var context = new SettingContext(environment, environment.CurrentFolder ?? "/");
        var values = new List<ConfigurationValue>();
        var settings = GpuOpsSettings.Default;
        foreach (var setting in SettingCatalog.All)
        {
            var value = FromText(setting, parameters?.GetValueOrDefault(setting.Key), ConfigurationSource.Parameter, null, context)
                ?? FromText(setting, environment.Variable(setting.Variable), ConfigurationSource.Environment, setting.Variable, context)
                ?? FromFile(setting, project, ConfigurationSource.Project, context)
                ?? FromFile(setting, user, ConfigurationSource.User, context)
                ?? FromFile(setting, machine, ConfigurationSource.Machine, context)
                ?? Describe(setting, DefaultOf(setting, context), ConfigurationSource.Default, null, context);
            values.Add(value);
            if (value.Value is not null) settings = setting.Apply(settings, value.Value);
        }

        CheckRules(settings, values);
        return new(
            environment, catalog, values, settings, BackendMerge.Merge(machine, user, project, environment, context.Folder), MergeProfiles(machine, user, settings.SshProfile));
    }

    /// <summary>Finds the backend a command talks to.</summary>
    /// <param name="nameOrUri">A name, a URI, or null for the default one.</param>
    /// <exception cref="GpuOpsException">
    /// <c>UnknownBackend</c>, <c>UnknownBackendScheme</c>, <c>InvalidBackendUri</c>, <c>PasswordInUri</c>, or
    /// <c>UntrustedBackend</c>: a project's file names a host, and there is a password it would be sent.
    /// </exception>
    public BackendDefinition ResolveBackend(string? nameOrUri = null)
    {
        var selected = Values.First(static value => value.Key == "backend");
        var (text, source, origin) = string.IsNullOrEmpty(nameOrUri)
            ? (Settings.Backend, selected.Source, selected.Origin)
            : (nameOrUri, ConfigurationSource.Parameter, null);
        var definition = text.Contains(':', StringComparison.Ordinal) ? FromUri(text, source, origin) : FromName(text, origin);
        var scheme = Catalog.Find(definition.Uri);
        scheme.Check(definition, Environment);

        var password = definition.PasswordVariable is { } variable ? Environment.Variable(variable) : null;
        if (password is not null && definition.Source == ConfigurationSource.Project) throw Untrusted(definition);
        return definition with { Password = password };
    }

    /// <summary>
    /// The backend that a command for one provider means when none is named: the default if it is that provider's, else the
    /// only one that is registered, else the provider's place on this host.
    /// </summary>
    /// <param name="provider">The scheme.</param>
    /// <exception cref="GpuOpsException"><c>BackendUnclear</c>: several are registered, and none is the default.</exception>
    public string ChooseBackend(string provider)
    {
        GpuBackend[] own = [.. Backends.Where(backend => backend.Provider == provider)];
        return own.FirstOrDefault(static backend => backend.IsDefault)?.Name ?? own switch
        {
            [] => $"{provider}:",
            [var only] => only.Name,
            _ => throw new GpuOpsException("BackendUnclear", GpuOpsErrorKind.InvalidArgument,
                $"Several backends are meant by {provider}: {string.Join(", ", own.Select(static backend => backend.Name))}. Name one with -Backend, or make one the default: Set-GpuOpsConfiguration backend {own[0].Name}."),
        };
    }

    /// <summary>
    /// The backend that a command for jobs means when none is named: the default if that runs jobs, else the queue that is
    /// registered, else that of this host.
    /// </summary>
    /// <exception cref="GpuOpsException"><c>BackendUnclear</c>: several queues are registered, and none is the default.</exception>
    public string ChooseScheduler() =>
        Backends.FirstOrDefault(static backend => backend.IsDefault && BackendCatalog.Default.TryFind(backend.Provider)?.Scheduler is not null)?.Name
        ?? ChooseBackend("queue");

    /// <summary>The pool that this host's queue takes GPUs from when none is named: the default backend if that is a pool, else this host's.</summary>
    public string ChoosePool() =>
        Backends.FirstOrDefault(static backend => backend.IsDefault && BackendCatalog.Default.TryFind(backend.Provider)?.Pool is not null)?.Name
        ?? BackendName.Local;

    // A URI needs no registration.
    internal bool HasBackend(string nameOrUri) => !BackendName.IsValid(nameOrUri) || backends.ContainsKey(nameOrUri);

    internal BackendDefinition RequireName(string name) => FromName(name, null);

    // The user's profile replaces the machine's of the same name; a project's file has none.
    private static SshProfile[] MergeProfiles(ConfigurationFile? machine, ConfigurationFile? user, string? chosen) =>
    [
        .. (user?.SshProfiles ?? []).Concat(machine?.SshProfiles ?? [])
            .DistinctBy(static profile => profile.Name, StringComparer.OrdinalIgnoreCase)
            .OrderBy(static profile => profile.Name, StringComparer.OrdinalIgnoreCase)
            .Select(profile => profile with { IsDefault = profile.Name.Equals(chosen, StringComparison.OrdinalIgnoreCase) }),
    ];

    private static ConfigurationValue? FromText(Setting setting, string? text, ConfigurationSource source, string? origin, SettingContext context)
    {
        if (text is null) return null;
        try
        {
            return Describe(setting, setting.Type.Parse(text, context), source, origin, context);
        }
        catch (GpuOpsException e)
        {
            throw new GpuOpsException(e.Id, e.Kind, $"{origin ?? setting.Key}: {e.Message}", origin ?? setting.Key, e);
        }
    }

    private static ConfigurationValue? FromFile(Setting setting, ConfigurationFile? file, ConfigurationSource source, SettingContext context) =>
        file is not null && file.Values.TryGetValue(setting.Key, out var found) ? Describe(setting, found.Value, source, found.Origin, context) : null;

    private static ConfigurationValue Describe(Setting setting, object? value, ConfigurationSource source, string? origin, SettingContext context) =>
        new(setting.Key, value, source, origin, DefaultOf(setting, context), setting.Description)
        {
            Text = value is null ? "" : setting.Type.Format(value),
            Type = setting.Type.Name,
            Variable = setting.Variable,
        };

    private static object? DefaultOf(Setting setting, SettingContext context) =>
        setting.Default is { } text ? setting.Type.Parse(text, context) : null;

    private static void CheckRules(GpuOpsSettings settings, List<ConfigurationValue> values)
    {
        if (SettingCatalog.Rules.FirstOrDefault(rule => !rule.Holds(settings)) is not { } broken) return;
        var shown = values.Where(value => broken.Keys.Contains(value.Key))
            .Select(static value => $"{value.Key} is {value.Text} ({value.Origin ?? value.Source.ToString().ToLowerInvariant()})");
        throw new GpuOpsException(
            "SettingConflict", GpuOpsErrorKind.InvalidArgument, $"{broken.Text}: {string.Join(", ", shown)}.", broken.Keys[0]);
    }

    private BackendDefinition FromName(string name, string? origin) =>
        backends.TryGetValue(name, out var found) ? found : throw new GpuOpsException(
            "UnknownBackend",
            GpuOpsErrorKind.NotFound,
            $"There is no backend '{Excerpt.Of(BackendUri.Redact(name))}'{(origin is null ? "" : $" (named in {origin})")}.{NearestName.Hint(name, backends.Keys)} Register it with: Register-GpuBackend -Name {(BackendName.IsValid(name) ? name : "NAME")} -Uri URI.",
            BackendUri.Redact(name));

    private BackendDefinition FromUri(string text, ConfigurationSource source, string? origin)
    {
        var uri = BackendUri.Parse(text);
        return new BackendDefinition
        {
            Name = uri.Text,
            Uri = uri,
            Source = source,
            Origin = origin,
            Folder = Path.GetDirectoryName(Environment.FileOf(source)) ?? Environment.CurrentFolder ?? "/",
            PasswordVariable = Catalog.Find(uri).PasswordVariable,
        };
    }

    private static GpuOpsException Untrusted(BackendDefinition definition) => new(
        "UntrustedBackend",
        GpuOpsErrorKind.NotAllowed,
        $"'{definition.Name}' comes from {definition.Origin}, a project's file that anybody may have written, and {definition.PasswordVariable} is set. The password is not sent to a host that such a file chooses. If {definition.Uri.Text} is right, say so once: Register-GpuBackend -Name NAME -Uri URI, under the same name and with the same options.",
        definition.Name);

    private GpuBackend Show(BackendDefinition definition) => new()
    {
        Name = definition.Name,
        Uri = definition.Uri.Text,
        Provider = definition.Uri.Scheme,
        IsDefault = definition.Name.Equals(Settings.Backend, StringComparison.OrdinalIgnoreCase),
        Source = definition.Source,
        Origin = definition.Origin,
        PasswordVariable = definition.PasswordVariable,
        HasPassword = definition.PasswordVariable is { } variable && Environment.Variable(variable) is not null,
        Options = definition.Options,
    };
}
