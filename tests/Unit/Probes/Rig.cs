namespace GpuOps.Unit.Probes;

/// <summary>Something a test needs from the machine. Missing, it skips the test; with GPUOPS_REQUIRE_RIGS=1 it fails it.</summary>
internal static class Rig
{
    public static string Program(string name)
    {
        var path = GpuOps.Probes.VendorTool.Find(name, null);
        if (path is null)
            Missing($"'{name}' is not installed");
        return path!;
    }

    public static void Linux()
    {
        if (!OperatingSystem.IsLinux())
            Missing("this is not Linux");
    }

    public static void Need(bool isThere, string reason)
    {
        if (!isThere)
            Missing(reason);
    }

    private static void Missing(string reason)
    {
        if (Environment.GetEnvironmentVariable("GPUOPS_REQUIRE_RIGS") == "1")
            Assert.Fail($"GPUOPS_REQUIRE_RIGS=1, but {reason}.");
        Assert.Skip(reason);
    }
}
