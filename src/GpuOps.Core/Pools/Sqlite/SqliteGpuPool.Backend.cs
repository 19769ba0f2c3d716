using System.Runtime.CompilerServices;
using GpuOps.Configuration;
using GpuOps.Errors;
using GpuOps.Files;

namespace GpuOps.Pools.Sqlite;

public sealed partial class SqliteGpuPool
{
    /// <summary>The pool of a configured backend.</summary>
    /// <param name="definition">The backend.</param>
    /// <param name="context">The settings and the world around.</param>
    public static SqliteGpuPool From(BackendDefinition definition, BackendContext context) =>
        new(new SqlitePoolOptions(SqliteLocation.Find(definition, context.Environment).Path)
        {
            Retention = context.Settings.UsageRetention,
            Time = context.Time,
        });

    /// <inheritdoc/>
    public async IAsyncEnumerable<BackendCheck> TestAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (IsMissing())
        {
            yield return new BackendCheck("Open", false, $"'{_options.Path}' does not exist yet; Initialize-GpuPool makes it.");
            yield break;
        }

        BackendCheck opened;
        PoolSnapshot snapshot = PoolSnapshot.Empty;
        try
        {
            snapshot = await ReadAsync(null, cancellationToken);
            await InTransactionAsync(store => { store.WriteCounters(store.ReadCounters()); return true; }, Access.Write, cancellationToken);
            opened = new BackendCheck("Open", true, $"'{_options.Path}' can be read and written.");
        }
        catch (GpuOpsException fault)
        {
            opened = new BackendCheck("Open", false, fault.Message);
        }

        yield return opened;
        if (opened.Succeeded)
        {
            yield return snapshot.Gpus.Count > 0
                ? new BackendCheck("Pool", true, $"{snapshot.Gpus.Count} GPUs, {snapshot.Reservations.Count} reservations, {snapshot.Queue.Count} waiting.")
                : new BackendCheck("Pool", false, UninitializedPool.Error(Description, null).Message);
        }
    }

    private bool IsMissing()
    {
        try
        {
            return FileIdentity.Of(_options.Path) is null;
        }
        catch (UnauthorizedAccessException)
        {
            // It cannot be told; opening it says what is in the way.
            return false;
        }
    }
}
