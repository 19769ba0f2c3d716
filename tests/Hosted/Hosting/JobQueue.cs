namespace GpuOps.Hosted.Hosting;

/// <summary>A queue service of a test's own, on the pool and in the state folder of a store's folder; its jobs go with it.</summary>
internal sealed class JobQueue : IDisposable
{
    private readonly Store _store = new();
    private readonly Variables _home;

    public JobQueue()
    {
        _home = new Variables(("GPUOPS_STATE_HOME", _store.Folder), ("GPUOPS_CONFIG_HOME", _store.Folder));
        using var session = Open();
        session.Run("Start-GpuServer").Clean();
    }

    public string Folder => _store.Folder;

    public Session Open()
    {
        var session = Session.Open();
        session.Runspace.SessionStateProxy.Path.SetLocation(_store.Folder);
        return session;
    }

    public void Dispose()
    {
        using (var session = Open())
        {
            session.Run("Get-GpuServer -ErrorAction Ignore | Stop-GpuServer -EndJob").Clean();
        }

        _home.Dispose();
        _store.Dispose();
    }
}
