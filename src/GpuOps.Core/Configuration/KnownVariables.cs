namespace GpuOps.Configuration;

/// <summary>The <c>GPUOPS_*</c> variables that mean something without being settings.</summary>
public static class KnownVariables
{
    private const string Prefix = "GPUOPS_";
    private const string PasswordSuffix = "_PASSWORD";

    /// <summary>Their names with what they do.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>
    {
        ["GPUOPS_CONFIG_HOME"] = "The folder of the user's config.yaml.",
        ["GPUOPS_STATE_HOME"] = "The folder of the user's own stores; it also keeps sqlite: off the machine's store.",
        ["GPUOPS_RESERVATION_ID"] = "Set for a command that runs on reserved GPUs: the reservation's id.",
        ["GPUOPS_JOB_ID"] = "Set for a job of the queue: its number.",
        ["GPUOPS_RUN_ID"] = "Set for a job of the queue: tells its processes from those of other jobs.",
        ["GPUOPS_REQUIRE_RIGS"] = "1: a test that would be skipped because its server is not installed fails.",
    };

    internal static IReadOnlyList<UnknownVariable> FindUnknown(ConfigurationEnvironment environment, IEnumerable<BackendDefinition> backends)
    {
        string[] known = [.. All.Keys, .. SettingCatalog.All.Select(static row => row.Variable), .. backends.Select(static b => b.PasswordVariable).OfType<string>()];
        return
        [
            .. environment.Variables.Keys
                .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) && !name.EndsWith(PasswordSuffix, StringComparison.Ordinal))
                .Where(name => !known.Contains(name, StringComparer.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(name => new UnknownVariable(name, NearestName.Find(name, known))),
        ];
    }
}
