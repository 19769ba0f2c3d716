namespace GpuOps.Unit.Probes;

/// <summary>Recorded output of the tools.</summary>
internal static class Fixture
{
    public static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Probes", "Fixtures", name);

    public static string Read(string name) => File.ReadAllText(PathOf(name));
}
