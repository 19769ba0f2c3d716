namespace GpuOps.Bench.Clusters;

/// <summary>A user's configuration for the time of a measurement. A project's may not say where commands are.</summary>
internal sealed class UserSettings : IDisposable
{
    private const string Variable = "GPUOPS_CONFIG_HOME";

    private readonly string _folder = Directory.CreateTempSubdirectory("gpuops-bench-").FullName;
    private readonly string? _before = Environment.GetEnvironmentVariable(Variable);

    /// <summary>Backends by name, each with the lines of its entry.</summary>
    public UserSettings(params IEnumerable<(string Name, string[] Lines)> backends)
    {
        File.WriteAllLines(Path.Combine(_folder, "config.yaml"),
            ["backends:", .. backends.SelectMany(static backend => (string[])[$"  {backend.Name}:", .. backend.Lines.Select(static line => $"    {line}")])]);
        Environment.SetEnvironmentVariable(Variable, _folder);
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(Variable, _before);
        Directory.Delete(_folder, recursive: true);
    }
}
