using GpuOps.Errors;

namespace GpuOps.Configuration;

/// <summary>Puts the backends of all files together.</summary>
internal static class BackendMerge
{
    /// <summary>
    /// The backends by name. The user's entry replaces the machine's of the same name. The project's file may only
    /// repeat what these say: it comes with a cloned repository and must not send a known name elsewhere.
    /// </summary>
    public static Dictionary<string, BackendDefinition> Merge(
        ConfigurationFile? machine, ConfigurationFile? user, ConfigurationFile? project, ConfigurationEnvironment environment, string folder)
    {
        var merged = new Dictionary<string, BackendDefinition>(StringComparer.OrdinalIgnoreCase)
        {
            [BackendName.Local] = new() { Name = BackendName.Local, Uri = BackendUri.Parse("sqlite:"), Folder = environment.CurrentFolder ?? folder },
        };
        foreach (var backend in machine?.Backends ?? []) merged[backend.Name] = backend;
        foreach (var backend in user?.Backends ?? []) merged[backend.Name] = backend;
        foreach (var backend in project?.Backends ?? [])
        {
            if (merged.TryAdd(backend.Name, backend) || IsSame(backend, merged[backend.Name])) continue;
            throw new GpuOpsException(
                "BackendRedefined",
                GpuOpsErrorKind.NotAllowed,
                $"{backend.Origin}: the backend '{backend.Name}' is already defined in {merged[backend.Name].Origin}, differently. A project's file may add backends but not change known ones; give it another name.",
                backend.Name);
        }

        return merged;
    }

    // Which variable holds the password is the user's business alone.
    private static bool IsSame(BackendDefinition project, BackendDefinition known)
    {
        var options = known.Options.Where(static option => option.Key != "passwordVariable").ToDictionary();
        return project.Uri.Text == known.Uri.Text
            && project.Options.Count == options.Count
            && project.Options.All(option => options.GetValueOrDefault(option.Key) == option.Value);
    }
}
