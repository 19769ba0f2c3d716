namespace GpuOps.Rigs;

/// <summary>Finds the programs that rigs are made of.</summary>
public static class RigFiles
{
    /// <summary>True where a rig that is not installed is a failure, not a reason to skip (<c>GPUOPS_REQUIRE_RIGS=1</c>).</summary>
    public static bool AreRequired => Environment.GetEnvironmentVariable("GPUOPS_REQUIRE_RIGS") == "1";

    /// <summary>The path of a program, from PATH and the folders of administrators; null when it is not installed.</summary>
    /// <param name="program">The program's name.</param>
    public static string? Find(string program) =>
        $"{Environment.GetEnvironmentVariable("PATH")}:/usr/local/bin:/usr/bin:/usr/sbin"
            .Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);
}
