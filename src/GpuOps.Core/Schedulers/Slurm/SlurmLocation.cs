using GpuOps.Channels;
using GpuOps.Configuration;
using GpuOps.Errors;

namespace GpuOps.Schedulers.Slurm;

/// <summary>
/// Where a <c>slurm:</c> backend has its commands: on this host, or on one that <see cref="BackendRoute"/> leads to.
/// </summary>
internal static class SlurmLocation
{
    /// <summary>Fails when the URI makes no sense.</summary>
    /// <param name="definition">The backend.</param>
    /// <param name="environment">Not used.</param>
    /// <exception cref="GpuOpsException"><c>InvalidBackendUri</c> or <c>SshAddressInvalid</c>.</exception>
    public static void Check(BackendDefinition definition, ConfigurationEnvironment environment)
    {
        var uri = definition.Uri;
        if (uri.Path.Trim('/').Length > 0)
            throw BackendUri.Invalid(uri.Text, "after the host comes nothing; write slurm: for this host, or slurm://host");
        if (uri.Query.Count > 0)
            throw BackendUri.Invalid(uri.Text, "slurm: knows no options in its URI; they are keys of the backend's entry");
        BackendRoute.Check(definition);
    }

    /// <summary>The scheduler of a backend. Does not connect.</summary>
    /// <param name="definition">The backend.</param>
    /// <param name="context">The world around.</param>
    public static SlurmScheduler From(BackendDefinition definition, BackendContext context) => new(
        BackendRoute.Find(definition, context)?.Open(context.Dialog, context.Time) ?? new LocalChannel(),
        new SlurmOptions(definition.Name)
        {
            CommandFolder = definition.Option("commandFolder"),
            Configuration = definition.Option("configuration"),
            TemplateFolder = context.Environment.UserConfigFolder is { } folder ? Path.Combine(folder, "templates") : null,
            Defaults = definition.Options
                .Where(static option => option.Key.StartsWith(SlurmDefaultTable.Group, StringComparison.Ordinal))
                .ToDictionary(static option => option.Key[SlurmDefaultTable.Group.Length..], static option => option.Value),
        },
        context.Time);
}
