using GpuOps.Errors;
using GpuOps.Pools;
using GpuOps.Pools.Redis;
using GpuOps.Pools.Sqlite;
using GpuOps.Schedulers;
using GpuOps.Schedulers.Queue;
using GpuOps.Schedulers.Slurm;
using GpuOps.Values;

namespace GpuOps.Configuration;

/// <summary>Maps URI schemes to providers. A new provider is its folder and one line in <see cref="Default"/>.</summary>
/// <param name="schemes">The schemes.</param>
public sealed class BackendCatalog(IReadOnlyList<BackendScheme> schemes)
{
    private static readonly BackendOption[] RedisOptions =
    [
        new("user", SettingType.Text, "The ACL user."),
        new("pool", SettingType.Text, "The pool's name on that server, 'default' when none is given."),
        new("caFile", SettingType.Path, "The certificates (PEM) that the server's must be signed by, in place of the system's."),
        // A cloned repository must not choose which variable is sent to the host it names.
        new("passwordVariable", SettingType.Text, "The environment variable of the password, when not GPUOPS_<NAME>_PASSWORD.") { AllowedInProject = false },
    ];

    // A cloned repository must choose neither which programs are run nor the plugins that a slurm.conf loads into them.
    private static readonly BackendOption[] SlurmOptions =
    [
        BackendRoute.Option,
        new("commandFolder", SettingType.Text, "The folder of Slurm's commands on the host where they run, when they are not in PATH there.") { AllowedInProject = false },
        new("configuration", SettingType.Text, "The path of slurm.conf there, when it is not Slurm's default.") { AllowedInProject = false },
        .. SlurmDefaultTable.Rows.Select(static row => new BackendOption(SlurmDefaultTable.Group + row.Key, row.Type, row.Description) { AllowedInProject = row.AllowedInProject }),
    ];

    private static readonly BackendScheme Redis = new("redis", "a Redis server or cluster")
    {
        Options = RedisOptions,
        PasswordVariable = "GPUOPS_REDIS_PASSWORD",
        Check = static (definition, environment) => RedisEndpoint.From(definition, environment),
        Pool = RedisGpuPool.From,
    };

    /// <summary>The providers there are, one line each.</summary>
    public static BackendCatalog Default { get; } = new(
    [
        new("sqlite", "a file on this host, no server") { Check = SqliteLocation.Check, Absolute = SqliteLocation.Absolute, Pool = SqliteGpuPool.From },
        Redis,
        Redis with { Name = "rediss", Description = "Redis over TLS" },
        Redis with { Name = "redis+unix", Description = "Redis on a Unix socket" },
        new("queue", "the job queue of this host") { Check = QueueLocation.Check, Scheduler = QueueLocation.From },
        new("slurm", "a Slurm cluster, here or over SSH") { Options = SlurmOptions, Check = SlurmLocation.Check, Route = BackendRoute.Find, Scheduler = SlurmLocation.From },
    ]);

    /// <summary>The schemes, in the order they are shown.</summary>
    public IReadOnlyList<BackendScheme> Schemes { get; } = schemes;

    /// <summary>Every key an entry may have beside <c>uri</c>, whatever its scheme.</summary>
    public IEnumerable<string> OptionKeys => Schemes.SelectMany(static scheme => scheme.Options).Select(static option => option.Key).Distinct();

    /// <summary>Finds the provider of a URI.</summary>
    /// <param name="uri">The URI.</param>
    /// <exception cref="GpuOpsException"><c>UnknownBackendScheme</c>: the message lists those there are.</exception>
    public BackendScheme Find(BackendUri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        return TryFind(uri.Scheme) ?? throw new GpuOpsException(
            "UnknownBackendScheme",
            GpuOpsErrorKind.InvalidArgument,
            $"'{Excerpt.Of(BackendUri.Redact(uri.Text))}': nothing here handles '{Excerpt.Of(uri.Scheme)}:'. Known are {string.Join(", ", Schemes.Select(static s => s.Name + ":"))}.",
            BackendUri.Redact(uri.Text));
    }

    /// <summary>Makes the pool of a backend. Does not connect.</summary>
    /// <param name="definition">The backend.</param>
    /// <param name="context">What the provider needs.</param>
    /// <exception cref="GpuOpsException"><c>UnknownBackendScheme</c>, or <c>BackendHasNoPool</c>.</exception>
    public IGpuPool CreatePool(BackendDefinition definition, BackendContext context) =>
        Make(definition, context, static scheme => scheme.Pool, "BackendHasNoPool", "holds no pool of GPUs to reserve. Pools");

    /// <summary>Makes the scheduler of a backend. Does not connect.</summary>
    /// <param name="definition">The backend.</param>
    /// <param name="context">What the provider needs.</param>
    /// <exception cref="GpuOpsException"><c>UnknownBackendScheme</c>, or <c>BackendHasNoScheduler</c>.</exception>
    public IJobScheduler CreateScheduler(BackendDefinition definition, BackendContext context) =>
        Make(definition, context, static scheme => scheme.Scheduler, "BackendHasNoScheduler", "runs no jobs. Schedulers");

    internal BackendScheme? TryFind(string scheme) => Schemes.FirstOrDefault(row => row.Name == scheme);

    private T Make<T>(BackendDefinition definition, BackendContext context, Func<BackendScheme, Func<BackendDefinition, BackendContext, T>?> maker, string id, string lack)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var make = maker(Find(definition.Uri)) ?? throw new GpuOpsException(
            id,
            GpuOpsErrorKind.InvalidArgument,
            $"The backend '{definition.Name}' ({definition.Uri.Scheme}:) {lack} are at {string.Join(", ", Schemes.Where(scheme => maker(scheme) is not null).Select(static scheme => scheme.Name + ":"))}.",
            definition.Name);
        return make(definition, context);
    }
}
