using GpuOps.Errors;
using GpuOps.Rigs;
using GpuOps.Schedulers;
using GpuOps.Schedulers.Queue.Store;
using Microsoft.Data.Sqlite;

namespace GpuOps.Unit.Schedulers.Queue;

/// <summary>Files that are damaged, old, new or taken, and disks that are full.</summary>
public sealed class QueueStoreTroubleTests : IDisposable
{
    private readonly QueueFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string File => _folder.Options.File;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_file_that_is_something_else_is_left_as_it_is()
    {
        Directory.CreateDirectory(_folder.Options.Folder);
        await System.IO.File.WriteAllTextAsync(File, string.Concat(Enumerable.Repeat("My thesis. ", 1000)), Token);
        Refused("QueueStoreCorrupt");
        System.IO.File.Delete(File);
        Sqlite("CREATE TABLE thesis (page TEXT)");
        Refused("QueueStoreCorrupt");
        Sqlite($"PRAGMA application_id = {QueueDatabase.ApplicationId}; PRAGMA user_version = 999");
        Assert.Contains("999", Refused("QueueStoreTooNew").Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_file_is_left_as_it_is()
    {
        await using (var store = _folder.Open())
            await store.AddAsync([.. Enumerable.Range(0, 500).Select(number => QueueFolder.Job($"job {number}"))], "ann", Token);
        var bytes = await System.IO.File.ReadAllBytesAsync(File, Token);
        Array.Fill(bytes, (byte)0xAB, bytes.Length / 2, 4096);
        await System.IO.File.WriteAllBytesAsync(File, bytes, Token);
        var fault = Refused("QueueStoreCorrupt");
        Assert.Contains("move it away", fault.Message, StringComparison.Ordinal);
        Assert.Contains(File, fault.Message, StringComparison.Ordinal);

        await System.IO.File.WriteAllBytesAsync(File, bytes[..(bytes.Length / 3)], Token);
        Refused("QueueStoreCorrupt");
    }

    [Fact]
    public async Task A_store_that_was_never_filled_is_made()
    {
        Directory.CreateDirectory(_folder.Options.Folder);
        await System.IO.File.WriteAllBytesAsync(File, [], Token);
        await using var store = _folder.Open();
        Assert.Equal(1, (await store.AddAsync([QueueFolder.Job()], "ann", Token)).Single().Id);
    }

    [Fact]
    public async Task An_old_file_is_brought_up_to_date_step_by_step()
    {
        await using (var old = _folder.Open())
            await old.AddAsync([QueueFolder.Job("kept")], "ann", Token);
        IReadOnlyList<string> newer = [.. QueueMigrations.All, "ALTER TABLE jobs ADD COLUMN a TEXT", "UPDATE jobs SET a = 'both'"];
        await using (var store = QueueStore.Open(_folder.Options, newer))
            Assert.Equal("kept", (await store.FindAsync(1, Token))!.Request.Name);
        Assert.Equal("both", Sqlite("SELECT a FROM jobs"));
        Assert.Equal(newer.Count, Convert.ToInt32(Sqlite("PRAGMA user_version"), null));
        Refused("QueueStoreTooNew");
    }

    [Fact]
    public async Task A_step_that_fails_leaves_the_version_before_it()
    {
        await using (var old = _folder.Open())
            await old.AddAsync([QueueFolder.Job("kept")], "ann", Token);
        Assert.Throws<GpuOpsException>(() => QueueStore.Open(_folder.Options, [.. QueueMigrations.All, "CREATE TABLE half (a TEXT); SELECT nonsense"]));
        Assert.Equal(0L, Sqlite("SELECT count(*) FROM sqlite_schema WHERE name = 'half'"));
        await using var store = _folder.Open();
        Assert.Equal("kept", (await store.FindAsync(1, Token))!.Request.Name);
    }

    [Fact]
    public async Task Two_services_cannot_have_one_store()
    {
        await using var first = _folder.Open();
        Assert.Equal("QueueStoreInUse", Assert.Throws<GpuOpsException>(() => _folder.Open()).Id);
    }

    [Fact]
    public async Task A_full_disk_is_an_error_and_loses_nothing()
    {
        if (FullDisk.Missing is { } missing)
            Assert.Skip(missing);
        await using var disk = await FullDisk.MountAsync(takesNames: true, kilobytes: 2048);
        var options = new QueueStoreOptions(Path.Combine(disk.Path, "queue"));
        Assert.Equal("QueueStoreFull", Assert.Throws<GpuOpsException>(() => QueueStore.Open(options)).Id);

        disk.Clear();
        var accepted = 0;
        await using (var store = QueueStore.Open(options))
        {
            disk.Fill();
            var big = QueueFolder.Job() with { Arguments = [new string('x', 100_000)] };
            GpuOpsException? fault = null;
            while (fault is null)
            {
                try
                {
                    await store.AddAsync([big], "ann", Token);
                    accepted++;
                }
                catch (GpuOpsException full)
                {
                    fault = full;
                }
            }

            Assert.Equal(("QueueStoreFull", GpuOpsErrorKind.Exhausted), (fault.Id, fault.Kind));
            Assert.Equal(accepted, (await store.CountAsync(Token)).GetValueOrDefault(GpuJobState.Queued));

            disk.Clear();
            await store.AddAsync([big], "ann", Token);
            accepted++;
        }

        await using var again = QueueStore.Open(options);
        Assert.Equal(accepted, (await again.CountAsync(Token))[GpuJobState.Queued]);
    }

    private GpuOpsException Refused(string id)
    {
        var before = System.IO.File.ReadAllBytes(File);
        var fault = Assert.Throws<GpuOpsException>(() => _folder.Open());
        Assert.Equal(id, fault.Id);
        Assert.Equal(before, System.IO.File.ReadAllBytes(File));
        return fault;
    }

    private object? Sqlite(string sql)
    {
        Directory.CreateDirectory(_folder.Options.Folder);
        using var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }
}
