package atoll.format.qcow2;

import java.io.IOException;

/** Takes what tables map, in order of the disk and without gaps. */
interface ClusterVisitor {
  /** Data that lie in one piece in the file. */
  void data(long offsetBytes, long lengthBytes, long hostOffsetBytes) throws IOException;

  void zero(long offsetBytes, long lengthBytes) throws IOException;

  void absent(long offsetBytes, long lengthBytes) throws IOException;
}
