namespace GpuOps.Shell;

/// <summary>
/// The engine would report which modules are imported to its makers, and asks once whether it may. Child processes keep
/// the user's own choice.
/// </summary>
internal sealed class TelemetryOptOut : IDisposable
{
    private const string Variable = "POWERSHELL_TELEMETRY_OPTOUT";

    private readonly string? chosen = Environment.GetEnvironmentVariable(Variable);

    public TelemetryOptOut() => Environment.SetEnvironmentVariable(Variable, "1");

    public void Dispose() => Environment.SetEnvironmentVariable(Variable, chosen);
}
